/* Stands in for the node agent in tests of machines: says on the console what it was given, then sleeps. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void show(const char* name) {
    char text[4096];
    FILE* file = fopen(name, "r");
    if (file == NULL) return;
    const size_t size = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[size] = '\0';
    printf("%s: %s\n", name, text);
}

int main(int argc, char** argv) {
    if (argc == 3 && strcmp(argv[1], "--config") == 0) show(argv[2]);
    show("/proc/sys/kernel/hostname");
    show("/etc/containerd/certs.d/docker.io/hosts.toml");
    /* Counts the boots of this machine on its own disk. */
    FILE* boots = fopen("/data/boots", "a+");
    if (boots != NULL) {
        fputc('x', boots);
        printf("boots: %ld\n", ftell(boots));
        fclose(boots);
        sync();
    }
    puts("MARK stand-in");
    fflush(stdout);
    for (;;)
        pause();
}
