# Debian packages. apt-get runs only when one is missing.

# A program and the package it comes in. Programs are looked for rather than packages, so that one built by hand counts.
readonly NEEDED=(
    btrfs:btrfs-progs debootstrap:debootstrap musl-gcc:musl-tools nft:nftables conntrack:conntrack ip:iproute2 ss:iproute2
    psql:postgresql ssh-keygen:openssh-client setpriv:util-linux flock:util-linux losetup:mount useradd:passwd
    ps:procps curl:curl jq:jq wget:wget gpgv:gpgv mvn:maven gcc:gcc zstd:zstd xz:xz-utils)

# Files rather than programs.
readonly NEEDED_FILES=(
    /usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring
    /etc/ssl/certs/ca-certificates.crt:ca-certificates)

install_packages() {
    local missing=()
    local entry
    for entry in "${NEEDED[@]}" "$@"; do
        command -v "${entry%%:*}" >/dev/null || [[ -e ${entry%%:*} ]] || missing+=("${entry#*:}")
    done
    for entry in "${NEEDED_FILES[@]}"; do
        [[ -e ${entry%%:*} ]] || missing+=("${entry#*:}")
    done
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
    if [[ ${#missing[@]} -gt 0 ]]; then apt_install "${missing[@]}"; fi
}

apt_install() {
    local packages log
    mapfile -t packages < <(printf '%s\n' "$@" | sort -u)
    log=$(mktemp)
    step packages "installing ${packages[*]}"
    prevent_default_cluster
    if ! {
        apt-get update -q &&
            DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
    } >"$log" 2>&1 </dev/null; then
        allow_default_cluster
        tail_of "$log"
        rm -f "$log"
        fail "apt-get could not install ${packages[*]}; see above"
    fi
    allow_default_cluster
    rm -f "$log"
}

# Debian's postgresql package makes a cluster "main" and starts it when it is first installed; ours is private, and
# nobody asked for another. One that is there already is left alone.
readonly NO_DEFAULT_CLUSTER=/etc/postgresql-common/createcluster.d/cloister.conf

prevent_default_cluster() {
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return 0
    mkdir -p "${NO_DEFAULT_CLUSTER%/*}"
    echo 'create_main_cluster = false' >"$NO_DEFAULT_CLUSTER"
}

allow_default_cluster() { rm -f "$NO_DEFAULT_CLUSTER"; }
