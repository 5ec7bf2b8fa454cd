#!/bin/bash
# customize.sh ROOT SUITE RESOURCES PAYLOAD: turns freshly unpacked packages into the node's root and makes the image
# files in ROOT/.wheelhouse/out. Called by build.sh inside mmdebstrap, where files can be owned by root. RESOURCES and
# PAYLOAD are folders below ROOT/.wheelhouse.
set -euo pipefail
export PATH=$PATH:/usr/sbin:/sbin
root=$1 suite=$2 resources=$1/.wheelhouse/$3 payload=$1/.wheelhouse/$4 out=$1/.wheelhouse/out
step() { echo "STEP $1 $2"; }
mkdir -p "$out"

step 55 "Pruning"
# Packages unpacked without their scripts may leave /bin, /sbin and /lib unmerged.
for d in bin sbin lib lib64; do
    if [ -d "$root/$d" ] && [ ! -L "$root/$d" ]; then
        mkdir -p "$root/usr/$d"
        cp -a "$root/$d/." "$root/usr/$d/"
        rm -rf "${root:?}/$d"
    fi
    [ -L "$root/$d" ] || ln -s "usr/$d" "$root/$d"
done
version=$(ls "$root/usr/lib/modules")
modules=$root/usr/lib/modules/$version
cp "$root/boot/vmlinuz-$version" "$out/bzimage"
cd "$root"
rm -rf boot usr/share/{doc,man,info,locale,perl*,bash-completion,initramfs-tools,zoneinfo,lintian,bug,common-licenses} \
    usr/share/{debconf,dpkg,keyrings} usr/bin/{perl*,containerd-stress,containerd-shim,containerd-shim-runc-v1} \
    usr/bin/{dpkg*,apt*,udevadm,sqv} usr/lib/{apt,dpkg,udev,systemd,initramfs-tools,locale} \
    usr/lib/x86_64-linux-gnu/{gconv,perl*,perl-base,systemd} usr/share/iptables usr/sbin/{ip6,ip,x}tables* usr/lib/x86_64-linux-gnu/xtables \
    etc/{kernel,initramfs-tools,cron*,logrotate*}

# Kernel modules: the ones named, and what they depend on.
chroot "$root" depmod "$version"
grep -vE '^(#|$)' "$resources/kernel-modules" >"$out/patterns"
(cd "$modules" && find kernel -name '*.ko*' | sed 's,^kernel/,,' | grep -E -f "$out/patterns" | sed 's,^,kernel/,') >"$out/named"
awk 'NR == FNR { named[$1] = 1; next }
     { path = $1; sub(/:$/, "", path); if (path in named) for (i = 1; i <= NF; i++) { p = $i; sub(/:$/, "", p); print p } }' \
    "$out/named" "$modules/modules.dep" | sort -u >"$out/kept"
(cd "$modules" && find kernel -name '*.ko*' | sort | comm -23 - "$out/kept" | xargs -r rm -f && find kernel -type d -empty -delete)
chroot "$root" depmod "$version"

step 65 "Writing the guest's files"
for name in ash awk cat chmod chown cp cut date dd df dmesg env expr find free grep gzip head hostname id kill ln ls \
    mkdir mknod mount mv nc nohup poweroff ps reboot rm route sed seq setsid sh sleep sort stat sync tail tar tee test \
    time top touch tr umount uname uniq vi wc wget xargs; do
    [ -e "$root/usr/bin/$name" ] || ln -s busybox "$root/usr/bin/$name"
done
mkdir -p proc sys dev run tmp mnt data opt/cni var/lib var/log etc/containerd/certs.d etc/cni/net.d etc/ssl/certs \
    usr/share/wheelhouse/images
ln -sfn /usr/lib/cni opt/cni/bin
cat usr/share/ca-certificates/mozilla/*.crt >etc/ssl/certs/ca-certificates.crt
echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
echo 'root:x:0:' >etc/group
echo 'nameserver 10.0.2.3' >etc/resolv.conf
echo '127.0.0.1 localhost' >etc/hosts
echo 'hosts: files dns' >etc/nsswitch.conf
rm -f etc/hostname
install -m 755 "$resources/guest-init" usr/sbin/guest-init
install -m 644 "$resources/containerd.toml" etc/containerd/config.toml
install -m 644 "$payload"/{pause.tar,demo.tar,key} usr/share/wheelhouse/images/
# The built-in images are inside; nobody is asked for them.
mkdir -p etc/containerd/certs.d/wheelhouse.dev
echo 'server = "http://127.0.0.1:9"' >etc/containerd/certs.d/wheelhouse.dev/hosts.toml
ldconfig -r "$root"

step 70 "Making the initial ramdisk"
ramdisk=$out/ramdisk
mkdir -p "$ramdisk"/{bin,modules,proc,sys,dev,new}
cp "$root/usr/bin/busybox" "$ramdisk/bin/"
for m in virtio_pci virtio_blk virtio_net erofs overlay ext4; do
    chroot "$root" modprobe -S "$version" --show-depends "$m"
done | awk '/^insmod/ && !seen[$2]++ { print $2 }' >"$out/order"
while read -r path; do
    path=$root/$path
    name=$(basename "$path")
    case $name in
        *.xz) xz -dc "$path" >"$ramdisk/modules/${name%.xz}" ;;
        *.zst) zstd -qdc "$path" >"$ramdisk/modules/${name%.zst}" ;;
        *) cp "$path" "$ramdisk/modules/$name" ;;
    esac
    name=${name%.xz}
    echo "${name%.zst}" >>"$ramdisk/modules/order"
done <"$out/order"
install -m 755 "$resources/initramfs-init" "$ramdisk/init"
(cd "$ramdisk" && find . | sort | bin/busybox cpio -o -H newc 2>/dev/null) >"$out/initrd"

# The unpacked kernel boots faster (PVH); newer kernels only boot as they are shipped. Where it lies is said by the boot
# header: setup_sects at 0x1f1, payload_offset at 0x248, payload_length at 0x24c.
number() { od -An -t "u$2" -j "$1" -N "$2" "$out/bzimage" | tr -d ' '; }
cp "$out/bzimage" "$out/kernel"
if [ "$suite" = bookworm ]; then
    start=$((($(number 0x1f1 1) + 1) * 512 + $(number 0x248 4)))
    tail -c +$((start + 1)) "$out/bzimage" >"$out/tail"
    head -c "$(number 0x24c 4)" "$out/tail" >"$out/payload"
    case $(od -An -t x1 -N 4 "$out/payload" | tr -d ' ') in
        fd377a58) unpack=(xz -dc) ;;
        28b52ffd) unpack=(zstd -dcq) ;;
        02214c18) unpack=(lz4 -dcq) ;;
        1f8b*) unpack=(gzip -dc) ;;
        *) unpack=(false) ;;
    esac
    # The last four bytes of the payload are its unpacked size: unpackers complain of them after all is done.
    "${unpack[@]}" <"$out/payload" >"$out/vmlinux" 2>/dev/null || true
    if [ "$(head -c 4 "$out/vmlinux" | od -An -t x1 | tr -d ' ')" = 7f454c46 ] &&
        [ "$(stat -c %s "$out/vmlinux")" = "$(tail -c 4 "$out/payload" | od -An -t u4 | tr -d ' ')" ]; then
        mv "$out/vmlinux" "$out/kernel"
    fi
fi

step 75 "Making the file system"
# Uncompressed: it is read through the page cache and boots fastest.
# What mmdebstrap itself still needs is left out here rather than deleted.
mkfs.erofs -E force-inode-compact --exclude-path=.wheelhouse --exclude-path=etc/apt --exclude-path=var/cache \
    --exclude-path=var/lib/apt --exclude-path=var/lib/dpkg "$out/base.erofs" "$root" >/dev/null
step 90 "Copying the image"
