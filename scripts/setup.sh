# Sourced by the other scripts: installs what is missing of a list of packages, and builds.
# Works as root, or with sudo at hand; the built program needs neither.

repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '\033[1m== %s\033[0m\n' "$*"; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo > /dev/null; then
        sudo "$@"
    else
        echo "need root for: $*  (run as root, or install sudo)" >&2
        return 1
    fi
}

# thin PATTERN: a filter for output that nobody reads whole.  Of the lines that begin with PATTERN, a bash one, it passes
# one every $every_s seconds, so that one can see how far it is; all others at once.
every_s=20
thin() {
    local pattern=$1 line told=$SECONDS
    while IFS= read -r line; do
        if [[ $line == $pattern* ]]; then
            ((SECONDS - told >= every_s)) || continue
            told=$SECONDS
        fi
        printf '%s\n' "$line"
    done
}

# install_packages [LIST...]
install_packages() {
    local wanted missing=()
    wanted=$(cd "$repo/scripts" && sed 's/#.*//' "${@:-packages}")
    for package in $wanted; do
        dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    say "installing ${missing[*]}"
    # An index that can't be fetched matters only if a package then can't be.
    as_root apt-get update -q > /dev/null || echo "apt-get update failed; trying with the lists there are" >&2
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}" | thin ""
}

# build PRESET [TARGET...]
build() {
    local preset=$1
    shift
    say "building $preset${1:+: $*}"
    (cd "$repo" && cmake --preset "$preset" > /dev/null)
    # On a terminal ninja keeps one line of its own; elsewhere it would print one for each file.
    local run=(env --chdir="$repo" "NINJA_STATUS=[%f of %t, %e s] "
               cmake --build --preset "$preset" ${1:+--target "$@"})
    if [ -t 1 ]; then "${run[@]}"; else "${run[@]}" | thin "\["; fi
}
