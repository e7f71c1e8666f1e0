#!/bin/sh
# Prints the best Python for this project, or one line that says what is missing and the command that installs it.
# PYTHON=... names the interpreter to use instead of the best one on PATH.
set -u

# What a version may be installed as, newest first.
known='3.14 3.13 3.12 3.11'

has() { command -v "$1" >/dev/null 2>&1; }

# The way to become root: nothing for root itself where sudo is not installed.
as_root='sudo '
if ! has sudo && has id && [ "$(id -u)" = 0 ]; then as_root=''; fi

install_python() {
  if has apt-get; then
    # An older Debian or Ubuntu has a newer Python beside its own under a name with the version.
    for version in $known; do
      if apt-cache show "python$version" >/dev/null 2>&1; then
        echo "${as_root}apt-get install -y python$version python$version-venv"
        return
      fi
    done
    echo "${as_root}apt-get install -y python3 python3-venv"
  elif has dnf; then
    echo "${as_root}dnf install -y python3.12"
  else
    echo "brew install python@3.12"
  fi
}

install_venv() { # of the interpreter called $1
  if has apt-get; then
    case ${1##*/} in
      python3*) echo "${as_root}apt-get install -y ${1##*/}-venv" ;;
      *) echo "${as_root}apt-get install -y python3-venv" ;;
    esac
  else
    install_python
  fi
}

missing() {
  echo "$1; install it with: $2" >&2
  exit 1
}

if [ -n "${PYTHON:-}" ]; then
  set -- "$PYTHON"
else
  for version in $known; do set -- "$@" "python$version"; done
  set -- "$@" python3
fi

too_old=''
no_venv=''
for python; do
  has "$python" || continue
  # A launcher may be on PATH and start nothing (version managers, Apple's stub), so each one is asked.
  version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) || continue
  if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
    too_old="$python is $version"
  elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    no_venv=${no_venv:-$python}
  else
    echo "$python"
    exit 0
  fi
done

if [ -n "$no_venv" ]; then
  missing "$no_venv cannot make virtual environments (no ensurepip)" "$(install_venv "$no_venv")"
elif [ -n "$too_old" ]; then
  missing "Python 3.11 or newer is needed and $too_old" "$(install_python)"
else
  missing "Python 3.11 or newer is needed and ${PYTHON:-python3} was not found or does not start" "$(install_python)"
fi
