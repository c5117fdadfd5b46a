# From the checkout to target/app: what is installed, as it will lie in $CLOISTER_HOME/app.

# Sources or what the build is made by changed since target/app was made.
build_is_stale() {
    [[ -e target/app/complete ]] || return 0
    [[ -n $(find pom.xml src/main db tenants ops/lib/build.sh -newer target/app/complete -print -quit) ]]
}

build_all() {
    build_c
    build_java
    assemble
}

# tenant-init and tenant-probe run where no library of the host is: static, with musl. A directory is a program as well.
build_c() {
    local source
    local -a parts
    mkdir -p target/libexec
    for source in src/main/c/*; do
        parts=("$source")
        if [[ -d $source ]]; then parts=("$source"/*.c); fi
        musl-gcc -std=gnu11 -static -O2 -Wall -Wextra -Werror -o "target/libexec/$(basename "$source" .c)" "${parts[@]}" ||
            fail "$source does not compile"
    done
}

# Maven 3.8's own libraries make newer JDKs print warnings that are nobody's business here.
maven() {
    local quiet=''
    if (($(jdk_release "$JAVA_HOME") >= 24)); then
        quiet='--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow'
    fi
    MAVEN_OPTS="$quiet ${MAVEN_OPTS:-}" mvn -B -Dstyle.color=never "$@" </dev/null
}

# From nothing: Maven leaves what the checkout no longer has, and cannot read the jar of a build that was interrupted.
build_java() {
    local log=target/build.log
    rm -rf target/classes target/*.jar
    maven -q -Dmaven.test.skip=true package >"$log" 2>&1 || {
        tail_of "$log" 40
        fail "Maven could not build the checkout; see above (all of it: $log)"
    }
}

# The agent gets its own classes, those of the protocol and five libraries; nothing of the manager is on its class path. The
# command line runs with the same.
assemble() {
    local new=target/app.new lib=target/quarkus-app/lib/main jar
    rm -rf "$new" target/app
    mkdir -p "$new/agent" "$new/libexec"
    cp -r target/quarkus-app "$new/manager"
    cp -r tenants "$new/tenants"
    if compgen -G 'target/libexec/*' >/dev/null; then cp target/libexec/* "$new/libexec/"; fi
    mkdir -p "$new/cli"
    # A fixed date, so that the same classes give the same file, and the same installed build.
    "$JAVA_HOME/bin/jar" --create --file "$new/agent/cloister-agent.jar" --date=2000-01-01T00:00:00Z \
        -C target/classes org/cloister/agent -C target/classes org/cloister/protocol
    "$JAVA_HOME/bin/jar" --create --file "$new/cli/cloister-cli.jar" --date=2000-01-01T00:00:00Z \
        -C target/classes org/cloister/cli
    for jar in net.java.dev.jna.jna com.kohlschutter.junixsocket.junixsocket-common \
        com.kohlschutter.junixsocket.junixsocket-native-common com.fasterxml.jackson.core.jackson-annotations \
        com.fasterxml.jackson.core.jackson-core com.fasterxml.jackson.core.jackson-databind \
        com.fasterxml.jackson.datatype.jackson-datatype-jsr310; do
        cp "$lib/$jar"-[0-9]*.jar "$new/agent/" || fail "the build lacks $jar, which the agent needs"
    done
    touch "$new/complete"
    mv "$new" target/app
    archive_classes
}

# The classes of the command line as the JVM lays them out in memory: it starts in half the time. Beside the build and not
# in it, as it holds the paths of this checkout and is no two times the same; without it everything works, only later.
archive_classes() {
    rm -f target/app.jsa
    timeout 60 "$JAVA_HOME/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:-UsePerfData -Xlog:disable \
        -XX:ArchiveClassesAtExit=target/app.jsa -cp "$PWD/target/app/cli/*:$PWD/target/app/agent/*" \
        org.cloister.cli.Rehearsal || rm -f target/app.jsa
}

# Names what is in target/app.
build_hash() {
    (cd target/app && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum) | sha256sum | cut -c1-12
}
