# Where the agent writes: every write is checked, and may fail at any moment of a change.
#
# What an open change needs is in memory, in WORK below /run: going back needs no disk. On disk, in DIR below
# STATE, is a copy, for a router that was restarted. The books of a change (state, reason, runner, ...) are in
# both, and what either does not take is in the other: the newer one counts. A change begins when all that it
# will write to the disk has its place there: see reserve().

write_whole() { # FILE WORDS: whole or not at all
    { echo "$2" >"$1.new" && mv -f "$1.new" "$1"; } 2>/dev/null && return 0
    rm -f "$1.new" 2>/dev/null
    return 1
}
newer() { # FILE IN_MEMORY: sets FILE to the one that has something and was written last
    FILE=$1
    [ -s "$2" ] || return 0
    { [ -s "$1" ] && [ "$1" -nt "$2" ]; } || FILE=$2
}
booked() { newer "$DIR/$1" "$WORK/$1"; } # NAME: sets FILE, where the books of the change have it
keep_both() { # FILE IN_MEMORY WORDS: fails when neither takes it; the second costs no process
    if write_whole "$1" "$3" || { spend_reserve && write_whole "$1" "$3"; }; then
        { echo "$3" >"$2"; } 2>/dev/null || outdate "$2" "$1"
    else
        [ -d "$WORK" ] || mkdir "$WORK" 2>/dev/null
        write_whole "$2" "$3" || return 1
        outdate "$1" "$2"
        { echo "$3" >"$WORK/unsaved"; } 2>/dev/null || return 0
    fi
}
outdate() { # FILE BY: of two the later written one counts, also where the clock was set back in between
    [ ! -s "$1" ] || [ "$2" -nt "$1" ] || touch -r "$1" -d '+1 second' "$2" 2>/dev/null || return 0
}
keep() { keep_both "$DIR/$1" "$WORK/$1" "$2"; } # NAME WORDS: in the books of the change
keep_current() { # of the changes the last one
    newer "$STATE/current" "$RUN/current"
    first_line "$FILE"
    [ "$LINE" = "$1" ] || keep_both "$STATE/current" "$RUN/current" "$1"
}
forget() { # NAME...: out of the books
    for name; do
        shift
        for file in "$DIR/$name" "$WORK/$name"; do
            [ ! -e "$file" ] || set -- "$@" "$file"
        done
    done
    [ $# -eq 0 ] || rm -f "$@" 2>/dev/null
}
save() { # what the disk did not take of the change in DIR, now that it may
    [ -f "$WORK/unsaved" ] && [ -d "$STATE/changes" ] || return 0
    [ -d "$DIR" ] || mkdir "$DIR" 2>/dev/null
    for name in owner boot reason mended trouble state; do
        booked "$name"
        [ "$FILE" = "$WORK/$name" ] || continue
        first_line "$FILE"
        write_whole "$DIR/$name" "$LINE" || return 0
    done
    rm -f "$WORK/unsaved"
}
settle() { # STATE: the end of a process; a lock that it holds until then keeps others away
    until set_state "$1"; do sleep 1; done
}
takes_data() { # DIRECTORY
    [ ! -L "$1/.probe" ] || rm -f "$1/.probe" # somebody else's
    { echo probe >"$1/.probe"; } 2>/dev/null
}
find_room() { # sets ROOM, where what is read back on the way back can be written
    for ROOM in "$WORK" "$DIR/room"; do
        mkdir -p "$ROOM" 2>/dev/null && takes_data "$ROOM" && cp "$MADE/before/frr" "$ROOM/room" 2>/dev/null &&
            rm -f "$ROOM/room" && return 0
        rm -rf "$ROOM/room" "$ROOM/after" 2>/dev/null
    done
    return 1
}
print_to() { # NAME STREAM...: sets ALL, ERR, OUT, files of that name for what a program prints
    into=$WORK
    takes_data "$into" || into=$DIR
    takes_data "$into" || into=
    printing=$1
    shift
    for stream; do
        printed=$into/$printing.$stream
        [ -n "$into" ] || printed=/dev/null # better unheard than not run
        case $stream in all) ALL=$printed ;; err) ERR=$printed ;; *) OUT=$printed ;; esac
    done
}
in_own_place() { # NAME COMMAND...: sets PLACE, a new directory of this process, in which the command succeeded
    name=$1
    shift
    for PLACE in "$RUN/$name.$$" "$STATE/$name.$$"; do
        [ ! -e "$PLACE" ] || rm -rf "$PLACE"
        mkdir -p "$PLACE" 2>/dev/null && takes_data "$PLACE" && "$@" && return 0
        rm -rf "$PLACE" 2>/dev/null
    done
    return 1
}

# The reserve of a change is a file that is given up when a write fails for want of space: room for the books
# and for the start-up files. What others put on the disk while a change is open does not keep it from its end.
reserve() { # fails where it finds no place; sets NEED, kB
    # shellcheck disable=SC2046  # numbers and names, by turns
    set -- $(du -sk "$WORK/made" "$STATE/log" 2>/dev/null)
    NEED=$((2 * ${1:-64} + 64))
    [ "${3:-0}" -lt 512 ] || shorten_log
    [ ! -e "$DIR/reserve" ] || rm -f "$DIR/reserve"
    fallocate -l "${NEED}KiB" "$DIR/reserve" 2>/dev/null ||
        head -c "$((NEED * 1024))" /dev/zero >"$DIR/reserve" 2>/dev/null && return 0
    rm -f "$DIR/reserve"
    return 1
}
spend_reserve() { [ -f "$DIR/reserve" ] && rm -f "$DIR/reserve" 2>/dev/null; }
shorten_log() {
    tail -n 2000 "$STATE/log" >"$STATE/log.new" 2>/dev/null && mv -f "$STATE/log.new" "$STATE/log"
    rm -f "$STATE/log.new" 2>/dev/null
}
say_storage() { # what could not be written, and why; the verb did nothing
    explain_storage
    record "status=storage"
    say_words reason "$WHY"
}
explain_storage() { # sets WHY
    for place in "$STATE" "$RUN" /etc/frr /etc/network; do
        if [ ! -d "$place" ]; then
            case $place in /etc/*) continue ;; esac
            said=$(mkdir -p "$place" 2>&1) || { WHY="$place cannot be made: ${said##*: }" && return; }
        fi
        rm -f "$place/.room" 2>/dev/null
        if ! said=$(dd if=/dev/zero of="$place/.room" bs=4096 count=4 2>&1); then
            said=$(echo "$said" | head -n 1)
            WHY="$place takes no data: ${said##*: }$(room_in "$place")"
            rm -f "$place/.room" 2>/dev/null
            return
        fi
        rm -f "$place/.room"
    done
    for place in "$0" "$STATE/changes" "$RUN" ${ID:+"$WORK" "$DIR"}; do
        [ -e "$place" ] || { WHY="$place is gone: somebody took it away" && return; }
    done
    WHY="$STATE has too little room$(room_in "$STATE")${NEED:+, and a change of this router needs $NEED kB there}"
}
room_in() { # DIRECTORY
    kb=$(df -Pk "$1" 2>/dev/null | awk 'NR == 2 { print $4 }')
    files=$(df -Pi "$1" 2>/dev/null | awk 'NR == 2 { print $4 }')
    echo " (free: ${kb:-?} kB, ${files:-?} files)"
}
