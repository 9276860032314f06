#!/bin/sh
# At the dock: a nonce, a run on the machine, an answer that is verified here, one line for the gate.
#   check.sh PUB.pem USER@MACHINE          SSH=… names another way to reach it than ssh
set -eu
key=$1 machine=$2 manifest=$(mktemp) code=0
trap 'rm -f "$manifest"' EXIT
nonce=$(gauger challenge)
# What the machine says of itself (10, 11) is not believed, so its exit code is not either.
${SSH:-ssh} "$machine" "gauger run --quick --quiet --nonce $nonce --output -" >"$manifest" || :
gauger verify --quiet --key "$key" --nonce "$nonce" --max-age 1 "$manifest" || code=$?
case $code in
0) word="pass: no rule of level control is met" ;;
10) word="hold: a licence can be needed, see: gauger verify" ;;
11) word="hold: it cannot be told yet, see: gauger verify" ;;
21 | 22) word="hold: not fresh, or another machine" ;;
*) word="refuse: not believed ($code)" ;;
esac
echo "$word" >&2
exit "$code"
