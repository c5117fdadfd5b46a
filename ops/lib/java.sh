# Finds a JDK from 21 on. The machine's default java may be older and is left alone.

# Sets JAVA_HOME: the caller's own if it will do, else the newest in /usr/lib/jvm.
find_java() {
    local candidate release best=0 found=''
    if [[ -n ${JAVA_HOME:-} ]]; then
        release=$(jdk_release "$JAVA_HOME")
        if ((release >= 21)); then
            export JAVA_HOME
            return 0
        fi
    fi
    for candidate in /usr/lib/jvm/*/ /opt/jdk*/ /opt/java*/; do
        release=$(jdk_release "${candidate%/}")
        if ((release >= 21 && release > best)); then
            best=$release
            found=${candidate%/}
        fi
    done
    [[ -n $found ]] || return 1
    export JAVA_HOME=$found
}

# The major release of the JDK in a directory; 0 if there is none with a compiler.
jdk_release() {
    local version=''
    [[ -x $1/bin/javac && -r $1/release ]] && version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release")
    printf '%d' "${version:-0}"
}

# Before anything is installed: Debian's archive has a JDK that will do from 13 on.
check_java() {
    find_java || (. /etc/os-release && ((${VERSION_ID:-0} >= 13))) || no_java
}

no_java() {
    fail "no JDK from 21 on was found, and this Debian's archive has none: install one from" \
        "https://adoptium.net/installation/linux (package temurin-25-jdk), or set JAVA_HOME"
}

require_java() {
    find_java && return 0
    local package
    for package in openjdk-25-jdk-headless openjdk-21-jdk-headless; do
        if [[ $(apt-cache policy "$package" 2>/dev/null) == *'Candidate: '[0-9]* ]]; then
            apt_install "$package"
            find_java && return 0
        fi
    done
    no_java
}
