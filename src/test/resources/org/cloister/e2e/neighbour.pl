# What a tenant can do to use a machine up, one way an argument: perl - WAY. Perl is in every Debian.
# Says "used up" when the first request was refused, and goes on until it is killed.
use strict;
use Socket;
$| = 1;

my $said;
sub used_up { print "used up: $_[0]\n" unless $said++; select(undef, undef, undef, 0.01); }

# A child that does this; whether it was killed.
sub killed {
    my $work = shift;
    my $pid = fork;
    return used_up("fork: $!") unless defined $pid;
    if (!$pid) { $work->(); exit 0; }
    waitpid $pid, 0;
    return $? & 127;
}

my %ways = (
    forks => sub { while (1) { my $pid = fork; used_up($!) unless defined $pid; } },
    heap => sub { while (1) { used_up("killed") if killed(sub { my @heap; push @heap, "x" x (1 << 20) while 1; }); } },
    shm => sub {
        while (1) {
            used_up("killed") if killed(sub {
                open my $file, ">", "/dev/shm/eve" or exit 0;
                1 while syswrite $file, "x" x (1 << 20);
            });
            used_up("full");
        }
    },
    dentries => sub {
        while (1) {
            used_up("killed") if killed(sub {
                for (my $i = 0; ; $i++) { stat "/tmp/no-such-$i"; mkdir "/dev/shm/d$i" or last; }
            });
            used_up("full");
        }
    },
    sockets => sub {
        while (1) {
            my $killed = killed(sub {
                my @held;
                socket(my $listener, PF_INET, SOCK_STREAM, 0) or die $!;
                bind($listener, sockaddr_in(0, INADDR_LOOPBACK)) && listen($listener, 4096) or die $!;
                my $to = getsockname $listener;
                while (1) {
                    socketpair(my $a, my $b, AF_UNIX, SOCK_STREAM, 0) or last;
                    socket(my $c, PF_INET, SOCK_STREAM, 0) or last;
                    connect($c, $to) or last;
                    accept(my $d, $listener) or last;
                    for ($a, $c) { $_->blocking(0); 1 while syswrite $_, "x" x 65536; }
                    push @held, $a, $b, $c, $d;
                }
                main::used_up("descriptors: $!");
                sleep 3600;
            });
            used_up("killed") if $killed;
        }
    },
    busy => sub { for (1 .. 7) { last unless fork; } used_up("8 loops"); 1 while 1; },
    disk => sub {
        open my $file, ">", "/root/fill" or die $!;
        1 while syswrite $file, "x" x (1 << 20);
        1 while syswrite $file, "x" x 512;
        mkdir "/root/many";
        for (my $i = 0; ; $i++) {
            open(my $empty, ">", "/root/many/$i") or used_up("$! after $i empty files");
        }
    },
    terminals => sub { my @held; while (1) { if (open my $pty, "+<", "/dev/ptmx") { push @held, $pty } else { used_up($!) } } },
    connections => sub {
        socket(my $udp, PF_INET, SOCK_DGRAM, 0) or die $!;
        for (my $i = 0; ; $i++) {
            # The test has made a network of it (Internet.FOUR).
            send($udp, "x", 0, sockaddr_in(1024 + $i % 60000, inet_aton("198.51.100.9"))) or used_up($!);
            used_up("$i sent") if $i == 30000;
        }
    },
);

require IO::Handle;
$ways{$ARGV[0]}->();
