/* What runs in the containers of this test, static: alone it says a line five times a second; "out WORD" says a word, "fail"
   complains and exits with 3, "write FILE" makes a file, "echo" gives back what it is given, "size" says the size of its terminal for every byte,
   "await" waits for SIGUSR1 and exits with 7. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static int echo(void) {
    char buffer[65536];
    for (;;) {
        ssize_t size = read(0, buffer, sizeof buffer);
        if (size <= 0) return size < 0;
        for (ssize_t at = 0; at < size;) {
            ssize_t now = write(1, buffer + at, (size_t)(size - at));
            if (now <= 0) return 1;
            at += now;
        }
    }
}

static int size(void) {
    char byte;
    while (read(0, &byte, 1) == 1) {
        struct winsize size = {0};
        if (ioctl(0, TIOCGWINSZ, &size) != 0) return 1;
        printf("%d %d\n", size.ws_row, size.ws_col);
        fflush(stdout);
    }
    return 0;
}

static void leave(int signal) {
    (void)signal;
    _exit(7);
}

static int await(void) {
    signal(SIGUSR1, leave);
    for (;;)
        pause();
}

int main(int argc, char** argv) {
    if (argc > 2 && strcmp(argv[1], "out") == 0) return puts(argv[2]) < 0;
    if (argc > 1 && strcmp(argv[1], "fail") == 0) {
        fputs("it went wrong\n", stderr);
        return 3;
    }
    if (argc > 2 && strcmp(argv[1], "write") == 0) {
        FILE* file = fopen(argv[2], "w");
        return file == NULL || fclose(file) != 0;
    }
    if (argc > 1 && strcmp(argv[1], "echo") == 0) return echo();
    if (argc > 1 && strcmp(argv[1], "size") == 0) return size();
    if (argc > 1 && strcmp(argv[1], "await") == 0) return await();
    for (;;) {
        puts("tick");
        fflush(stdout);
        usleep(200000);
    }
}
