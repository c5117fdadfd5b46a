"""The SSH gateway beside OpenSSH's sshd, both on this machine, turn by turn, so that what else runs touches both alike.

    bench-ssh.py KEY TENANT@HOST:PORT USER@HOST:PORT MANAGER_PID ROUNDS [login] [echo] [throughput] [files] [crowd]

Prints a line for each figure: name, unit, ours, sshd's; separated by tabs. The memory of crowds is told for ours alone.
"""
import os, pty, re, select, statistics, subprocess, sys, tempfile, time, tty

KEY, OURS, THEIRS, MANAGER, ROUNDS = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
PARTS = sys.argv[6:] or ['login', 'echo', 'throughput', 'files', 'crowd']
BYTES = int(os.environ.get('BYTES', 1 << 30))
CROWD = int(os.environ.get('CROWD', 200))
TURNS = int(os.environ.get('TURNS', 5))
NULL = subprocess.DEVNULL


def options(place, port='-p'):
    who, number = place.rsplit(':', 1)
    words = f'{port} {number} -F none -i {KEY} -o IdentitiesOnly=yes -o IdentityAgent=none -o BatchMode=yes'
    words += ' -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ControlPath=none'
    return words.split(), who


def ssh(place, *command, extra=()):
    words, who = options(place)
    return ['ssh', *words, *extra, who, *command]


def timed(command, stdin=NULL):
    began = time.monotonic()
    subprocess.run(command, stdin=stdin, stdout=NULL, stderr=NULL, check=True)
    return time.monotonic() - began


def turns(measure, rounds):
    """The medians of both, measured turn by turn."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(measure(OURS))
        theirs.append(measure(THEIRS))
    return statistics.median(ours), statistics.median(theirs)


def tell(name, unit, ours, theirs=None):
    print(f'{name}\t{unit}\t{ours:.1f}\t' + ('' if theirs is None else f'{theirs:.1f}'), flush=True)


def login():
    ours, theirs = turns(lambda place: timed(ssh(place, 'true')) * 1e3, 2 * ROUNDS)
    tell('login to exit of true', 'ms', ours, theirs)


def chosen(place):
    """The cipher that ssh and that server agree on when nobody asks for one."""
    said = subprocess.run(ssh(place, 'true', extra=('-v', '-o', 'LogLevel=DEBUG1')), stdin=NULL, capture_output=True,
                          text=True, check=True).stderr
    return re.search(r'server->client cipher: (\S+)', said).group(1)


def throughput(big):
    def up(*cipher):
        def measure(place):
            with open(big) as source:
                return BYTES / 1e6 / timed(ssh(place, 'cat >/dev/null', extra=cipher), source)
        return measure

    def down(*cipher):
        return lambda place: BYTES / 1e6 / timed(ssh(place, f'head -c {BYTES} /dev/zero', extra=cipher))

    measure = up()
    measure(OURS), measure(THEIRS)
    for name, cipher in ((f'unasked: {chosen(OURS)}, sshd {chosen(THEIRS)}', ()),
                         ('aes128-gcm', ('-c', 'aes128-gcm@openssh.com')), ('aes256-ctr', ('-c', 'aes256-ctr'))):
        tell(f'cat up, {name}', 'MB/s', *turns(up(*cipher), TURNS))
        tell(f'cat down, {name}', 'MB/s', *turns(down(*cipher), TURNS))


def files(big):
    """Through /dev/shm on both sides, so that no disk is measured: down a hole, up what a tenant's /dev/shm takes."""
    less = min(BYTES, 1 << 28)
    os.truncate(big, less)

    def there(*command):
        for place in (OURS, THEIRS):
            subprocess.run(ssh(place, *command), check=True)

    def scp(*more):
        def copy(place, up):
            flags, who = options(place, '-P')
            ends = [big, f'{who}:/dev/shm/up'] if up else [f'{who}:/dev/shm/hole', '/dev/null']
            return timed(['scp', '-q', *more, *flags, *ends])
        return copy

    def sftp(place, up):
        flags, who = options(place, '-P')
        with tempfile.TemporaryFile() as lines:
            lines.write((f'put {big} /dev/shm/up' if up else 'get /dev/shm/hole /dev/null').encode())
            lines.seek(0)
            return timed(['sftp', '-q', *flags, '-b', '-', who], lines)

    there(f'truncate -s {BYTES} /dev/shm/hole')
    for name, copy in (('scp', scp()), ('scp -O', scp('-O')), ('sftp', sftp)):
        tell(f'{name} up', 'MB/s', *turns(lambda place: less / 1e6 / copy(place, True), TURNS))
        tell(f'{name} down', 'MB/s', *turns(lambda place: BYTES / 1e6 / copy(place, False), TURNS))
    there('rm /dev/shm/hole /dev/shm/up')


def keystrokes():
    """
    From a key to its echo, by cat on a raw terminal. Ours takes 1.8 to 2.1 times as long as sshd's (480 us to 230, on a
    warm gateway and a busy machine), and 840 us before the JVM has compiled what it does. Of that, by stamps in the
    gateway: 25 to decode a packet, 50 until the thread that may block at the terminal runs, 20 to write to it, 15 to
    encode the answer, 60 to write it and to wake the thread that is told; the rest is the kernel and the client, as with
    sshd, which is one process and wakes nobody. Two of our three wake-ups can be saved (network threads that serve what
    they polled, and that write to the terminal once others listen in their place): 35 us each there, but the whole came
    out the same within what the machine varies, so the simpler way stayed.
    """
    def measure(place):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execvp('ssh', ssh(place, 'stty raw -echo; echo ready; exec cat', extra=('-tt',)))
        tty.setraw(terminal)
        text = b''
        while b'ready' not in text:
            text += os.read(terminal, 4096)
        time.sleep(0.2)
        while select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 4096)
        took = []
        for _ in range(300):
            began = time.monotonic()
            os.write(terminal, b'x')
            os.read(terminal, 1)
            took.append((time.monotonic() - began) * 1e6)
            time.sleep(0.005)
        os.close(terminal)
        os.waitpid(pid, 0)
        took.sort()
        return took
    measure(OURS), measure(THEIRS)
    both = [], []
    for _ in range(3):
        both[0].extend(measure(OURS))
        both[1].extend(measure(THEIRS))
    for part in (50, 99):
        tell(f'echo of a key, p{part}', 'us', *(sorted(each)[len(each) * part // 100] for each in both))


def crowd():
    """So many sessions at once, ten connections at a time being opened: until each has said something, and its memory."""
    def resident():
        return int(re.search(r'VmRSS:\s+(\d+)', open(f'/proc/{MANAGER}/status').read()).group(1)) / 1024

    def gather(place):
        began = time.monotonic()
        left, opening, first, all_ = CROWD, [], [], []
        while left or opening:
            while left and len(opening) < 10:
                left -= 1
                process = subprocess.Popen(ssh(place, 'echo; exec sleep 600'), stdin=NULL, stdout=subprocess.PIPE)
                opening.append((process, time.monotonic()))
                all_.append(process)
            ready, _, _ = select.select([process.stdout for process, _ in opening], [], [])
            for process, at in [each for each in opening if each[0].stdout in ready]:
                if not os.read(process.stdout.fileno(), 1):
                    raise SystemExit('a session of the crowd ended')
                first.append((time.monotonic() - at) * 1e3)
                opening.remove((process, at))
        taken, memory = time.monotonic() - began, resident()
        for process in all_:
            process.terminate()
        for process in all_:
            process.wait()
        return taken, statistics.median(first), memory

    before = resident()
    (ours, first, after), (theirs, their_first, _) = gather(OURS), gather(THEIRS)
    tell(f'{CROWD} sessions, all open after', 's', ours, theirs)
    tell(f'{CROWD} sessions, first byte, p50', 'ms', first, their_first)
    tell(f'{CROWD} sessions, memory of the manager each', 'MB', (after - before) / CROWD)


with tempfile.NamedTemporaryFile() as hole:
    hole.truncate(BYTES)
    measures = {'login': login, 'echo': keystrokes, 'throughput': lambda: throughput(hole.name),
                'files': lambda: files(hole.name), 'crowd': crowd}
    for part in PARTS:
        measures[part]()
