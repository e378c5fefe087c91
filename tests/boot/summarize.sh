#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-2-Clause-Patent
#
# Sums up build/test-results: every *.xml of GoogleTest, and the PASS/FAIL lines of steps.txt.
# Names what failed, then prints `N passed, M failed` as the last line. Fails when anything failed or nothing ran.
set -euo pipefail

results=${1:-build/test-results}

files=()
for file in "$results"/*.xml "$results/steps.txt"; do
    [[ ! -e $file ]] || files+=("$file")
done

awk '
    function attribute(name,    text) {
        if (!match($0, " " name "=\"[^\"]*\"")) return ""
        text = substr($0, RSTART, RLENGTH)
        sub(/^[^"]*"/, "", text)
        sub(/"$/, "", text)
        return text
    }
    function finish() {
        if (open && bad) { failed++; print "failed: " test }
        else if (open) passed++
        open = bad = 0
    }
    # Failure messages inside the XML quote transcripts, which have such lines too.
    FILENAME ~ /steps\.txt$/ {
        if (/^PASS /) passed++
        if (/^FAIL /) { failed++; print "failed: " substr($0, 6) }
        next
    }
    /^ *<testcase / {
        finish()
        test = attribute("classname") "." attribute("name")
        # Skipped and disabled tests are neither.
        open = attribute("result") == "completed"
    }
    /^ *<failure/     { bad = 1 }
    /^ *<\/testsuite>/ { finish() }
    END {
        finish()
        printf "%d passed, %d failed\n", passed, failed
        exit failed > 0 || passed == 0
    }' "${files[@]}" /dev/null
