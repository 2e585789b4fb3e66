"""A place where root may do anything and nothing of it is seen outside or left behind.

The program re-executes itself in namespaces of its own: mounts, processes, network, host name. /etc, /var, /usr, /home,
/root and /tmp are overlays on memory, /run and /dev are new, the network is a loopback, and when the first process of the
sandbox ends the kernel ends all others and takes the mounts away. Knows nothing of what is tried out in it.
"""
import ctypes
import fcntl
import os
import socket
import struct
import sys

HOST_NAME = "lab-gw"
INSIDE = "--in-the-sandbox"
OVERLAID = ("/etc", "/var", "/usr", "/home", "/root", "/tmp")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")

_libc = ctypes.CDLL(None, use_errno=True)
MS_NOSUID, MS_NOEXEC, MS_BIND = 2, 8, 4096
MNT_DETACH = 2


def _check(result, what):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def mount(source, target, kind=None, flags=0, options=None):
    encode = lambda text: text.encode() if text is not None else None
    _check(_libc.mount(encode(source), encode(target), encode(kind), flags, encode(options)), f"mount on {target}")


def unmount(target):
    _check(_libc.umount2(target.encode(), MNT_DETACH), f"unmount {target}")


def enter(arguments):
    """Replaces this process by one that runs `arguments` of this program inside; its exit status is ours."""
    command = ["unshare", "--mount", "--uts", "--net", "--ipc", "--pid", "--fork", "--kill-child", "--mount-proc",
               "/usr/bin/python3", "-B", os.path.abspath(sys.argv[0]), INSIDE, *arguments]
    if os.geteuid() != 0:
        command = ["sudo", "-n", *command]
    os.execvp(command[0], command)


def run_inside(function):
    """The first process of the sandbox: makes it, runs `function` in a child, and buries orphans until that ends."""
    _make()
    child = os.fork()
    if child == 0:
        sys.exit(function())
    while True:
        pid, status = os.wait()
        if pid == child:
            sys.exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)


def _make():
    # The uppers lie on a mount that is hidden again at once; the overlays keep hold of it.
    mount("sandbox", "/mnt", "tmpfs", 0, "mode=755")
    for folder in OVERLAID:
        name = folder.strip("/")
        upper, work = f"/mnt/{name}.upper", f"/mnt/{name}.work"
        os.mkdir(work)
        os.mkdir(upper)
        there = os.stat(folder)
        os.chmod(upper, there.st_mode)
        mount("overlay", folder, "overlay", 0, f"lowerdir={folder},upperdir={upper},workdir={work}")
    _make_dev()
    unmount("/mnt")
    mount("run", "/run", "tmpfs", MS_NOSUID, "mode=755")
    for folder in ("/run/sshd", "/run/lock"):
        os.mkdir(folder, 0o755)
    open("/run/utmp", "x").close()
    socket.sethostname(HOST_NAME)
    _loopback_up()
    os.environ.clear()
    os.environ.update(PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LANG="C.UTF-8", HOME="/root",
                      TERM="xterm-256color")
    os.umask(0o022)


def _make_dev():
    os.mkdir("/mnt/dev")
    mount("dev", "/mnt/dev", "tmpfs", MS_NOSUID, "mode=755")
    for name in DEVICES:
        open(f"/mnt/dev/{name}", "x").close()
        mount(f"/dev/{name}", f"/mnt/dev/{name}", None, MS_BIND)
    for folder in ("pts", "shm"):
        os.mkdir(f"/mnt/dev/{folder}")
    mount("devpts", "/mnt/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,gid=5,mode=620,ptmxmode=666")
    mount("shm", "/mnt/dev/shm", "tmpfs", MS_NOSUID, "mode=1777")
    os.symlink("pts/ptmx", "/mnt/dev/ptmx")
    os.symlink("/proc/self/fd", "/mnt/dev/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        os.symlink(f"/proc/self/fd/{number}", f"/mnt/dev/{name}")
    mount("/mnt/dev", "/dev", None, MS_BIND | 16384)  # MS_REC


def add_address(address, number):
    """One more IPv4 address of this host, as an alias of the loopback interface (netdevice(7))."""
    SIOCSIFADDR, SIOCSIFNETMASK = 0x8916, 0x891C
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for call, value in ((SIOCSIFADDR, address), (SIOCSIFNETMASK, "255.255.255.255")):
            request = struct.pack("16sHH4s8x", f"lo:{number}".encode(), socket.AF_INET, 0, socket.inet_aton(value))
            fcntl.ioctl(any_socket, call, request)


def remove_address(number):
    """What add_address made: an alias goes when it is taken down (netdevice(7))."""
    SIOCSIFFLAGS = 0x8914
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", f"lo:{number}".encode(), 0))


def _loopback_up():
    SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP = 0x8913, 0x8914, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh", b"lo", 0)
        flags = struct.unpack("16sh", fcntl.ioctl(any_socket, SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", flags | IFF_UP))
