#!/bin/sh
# How long `piecewise --help` takes, as a multiple of `java -version` on the same machine in the same run: the medians of
# five runs of each, taken in turns. Exits 1 above 4.
#
#   cli/src/bench/help-time.sh [DISTRIBUTION [COMMAND]]    default: cli/target/distribution, no command
set -eu
root=$(CDPATH= cd -P -- "$(dirname -- "$0")/../../.." && pwd)
program=${1:-$root/cli/target/distribution}/bin/piecewise
[ $# -lt 2 ] || command=$2
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
times=$(mktemp -d)
trap 'rm -rf "$times"' EXIT INT TERM

millis() { # FILE COMMAND...
    file=$1
    shift
    start=$(date +%s%N)
    "$@" >/dev/null 2>&1
    end=$(date +%s%N)
    echo $(((end - start) / 10000)) >>"$file"
}
median() { sort -n "$1" | sed -n 3p | awk '{ printf "%.1f", $1 / 100 }'; }

"$java" -version >/dev/null 2>&1
"$program" ${command:+"$command"} --help >/dev/null
for run in 1 2 3 4 5; do
    millis "$times/java" "$java" -version
    millis "$times/help" "$program" ${command:+"$command"} --help
done
java=$(median "$times/java")
help=$(median "$times/help")
awk -v java="$java" -v help="$help" 'BEGIN {
    printf "java -version %s ms, piecewise --help %s ms, ratio %.2f (at most 4)\n", java, help, help / java
    exit help > 4 * java
}'
