# What one commit does on the router, and what it leaves for the next start of the router.

timed() { # STEP COMMAND...: log the step with its seconds, keep its result
    step=$1
    shift
    read -r begin _ </proc/uptime
    "$@"
    result=$?
    read -r finish _ </proc/uptime
    { echo "$step $begin $finish $result" >>"$WORK/steps"; } 2>/dev/null
    log "$step result $result"
    return $result
}
run_vtysh() { # FILE: lines refused are in FILE.err, for the controller to judge
    [ -s "$MADE/$1" ] || return 0
    print_to "$1" out err
    timed "$1" timeout "$STEP_TIMEOUT" vtysh -f "$MADE/$1" >"$OUT" 2>"$ERR"
}
apply_linux() { # FILE NAME LIST: what it prints is in NAME.out; sets TROUBLE where it fails
    if ! again install_text "$1" $INTERFACES; then
        TROUBLE=$(what_failed "cannot write $INTERFACES")
        return 1
    fi
    drop_links "$3"
    print_to "$2" out
    timeout "$STEP_TIMEOUT" ifreload -a >"$OUT" 2>&1
    reloaded=$?
    TROUBLE="ifreload failed"
    [ $reloaded -ne 124 ] || TROUBLE="ifreload did not end in $STEP_TIMEOUT s"
    return $reloaded
}
# ifupdown2 gives a VRF no other table, and a VLAN no other number or port: those of the list go first, and
# are made with the rest. Their ports are down until they are in a VRF again: up and in none, a customer's
# packets would be routed by the main table.
drop_links() { # LIST
    [ -s "$1" ] || return 0
    while read -r link; do
        ip link show dev "$link" >/dev/null 2>&1 || continue
        table=$(ip -d -o link show dev "$link" type vrf 2>/dev/null | sed -n 's/.* vrf table \([0-9]*\) .*/\1/p')
        ip -o link show master "$link" 2>/dev/null | sed 's/^[0-9]*: \([^:@]*\).*/\1/' | while read -r port; do
            ip link set dev "$port" down || exit 1
        done && ip link del dev "$link" || continue # ifreload says then why it cannot go on
        log "$link is made again"
        # of what is not the device's own, routes stay behind
        [ -z "$table" ] || { ip -4 route flush table "$table" && ip -6 route flush table "$table"; } 2>/dev/null
    done <"$1"
    return 0
}
# zebra 8.4 hears of links and of addresses in two threads: the addresses of a link that is made, or made
# again under its old name, can come before the link, and are dropped then. The text is right, and yet
# there is no connected route; without a port's link-local address bgpd ends every session over IPv6
# before its OPEN. What a VRF's port or a VLAN has in the kernel and not in zebra is given to it again;
# backbone ports are neither, are there from the start and so never touched. zebra waits, as this does,
# for addresses that are still being checked for duplicates (RFC 4862, section 5.4).
ASK_ZEBRA='show interface vrf all'
# what it answers to that: each interface, and after it each of its addresses; who writes it ends it with "."
ZEBRA_AWK='function zebra(file) {
    if (/^Interface /) { at = $2; print at >file }
    else if ($1 ~ /^inet6?$/) { sub(/\/.*/, "", $2); print at, $2 >file }
}'
tell_zebra() {
    for look in 1 2 3 4 5 6 7 8 9 10; do
        unknown_to_zebra || return 0
        [ $look -lt 3 ] || grep -q tentative "$ROOM/unknown" || break
        sleep 0.3
    done
    while read -r port address tentative; do
        [ -z "$tentative" ] || continue
        log "zebra missed $address on $port: given again"
        ip addr del "$address" dev "$port" && ip addr add "$address" dev "$port"
    done <"$ROOM/unknown"
    sleep 0.1
    unknown_to_zebra || return 0
    while read -r port address tentative; do
        # it hears of that when it is checked
        [ -z "$tentative" ] || echo "$port ${address%/*}" >>"$known"
    done <"$ROOM/unknown"
    return 0
}
unknown_to_zebra() { # what it does not know is in ROOM/unknown; fails where that is nothing, or nobody can tell
    known=$AFTER/zebra # what was read back says what zebra knew before
    [ -d "$AFTER" ] || known=$ROOM/zebra
    timeout 60 vtysh -d zebra -c "$ASK_ZEBRA" 2>/dev/null |
        awk -v known="$known" "$ZEBRA_AWK"'{ zebra(known) } END { print "." >known }' 2>/dev/null || return 1
    ip -d -o link show >"$ROOM/ports" 2>/dev/null || return 1
    ip -o addr show | awk '
        of == "zebra" { if (NF > 1) has[$1, $2] = 1; else ports += $1 != "."; next }
        of == "ports" { if (/ vrf_slave | vlan protocol / && !/ master mgmt /) { sub(/[@:].*/, "", $2); carrier[$2] = /LOWER_UP/ }; next }
        !ports || !($2 in carrier) { next }
        { host = $4; sub(/\/.*/, "", host) }
        ($2, host) in has { next }
        / tentative / { if (carrier[$2]) print $2, $4, "tentative"; next } # the check needs a carrier
        { print $2, $4 }
        ' of=zebra "$known" of=ports "$ROOM/ports" of= - >"$ROOM/unknown" && [ -s "$ROOM/unknown" ]
}
split_running() { # DIRECTORY FILE: FRR's text, and what zebra knows; prints the rest, fails where the text has no end
    awk -v frr="$1/frr" -v known="$1/zebra" "$ZEBRA_AWK"'
        ended { zebra(known); next }
        /^Building configuration/ { on = 1; printf "" >frr }
        on { print >frr; ended = $0 == "end"; next }
        { print }
        END { if (ended) print "." >known; exit !ended }' "$2"
}
check_linux() {
    print_to check out
    timeout "$STEP_TIMEOUT" ifquery --check -a >"$OUT" 2>&1
}
apply_name() { # FILE
    first_line "$1"
    [ -z "$LINE" ] || hostname "$LINE"
}

# The packet filter changes in one transaction of nft. Where more changes with it, what passes meanwhile is
# what both filters let through: the kernel has the tables of both then, and asks the chains of both. So it
# closes first, then Linux and FRR change, then it opens, and the same on the way back.
make_filter() { # what is loaded, of new.filter and of the one that runs; fails where it cannot be written
    [ -f "$MADE/new.filter" ] || return 0
    [ -f "$MADE/before/filter" ] || : >"$MADE/before/filter" || return 1
    write_filters || return 1
    if list_elements && write_filters && [ -s "$MADE/elements.new" ] && ! nft -c -f "$MADE/filter.new" 2>/dev/null; then
        rm -f "$MADE/elements.new" # the set is of another kind now
        write_filters || return 1
    fi
    rm -f "$MADE/before/listed"
    sed -E 's/^(table [a-z0-9]+ [^ ]+) \{/\1-next {/' "$MADE/new.filter" 2>/dev/null |
        cat "$MADE/filter.before" - >"$MADE/filter.both" 2>/dev/null && takes_data "$MADE"
}
write_filters() {
    for side in new before; do
        of=$MADE/new.filter
        [ $side = new ] || of=$MADE/before/filter
        {
            echo "$FILTER_HEAD" && echo "flush ruleset" && cat "$of" &&
                { [ ! -s "$MADE/elements.$side" ] || cat "$MADE/elements.$side"; }
        } >"$MADE/filter.$side" || return 1
    done 2>/dev/null
}
# What packets have put into dynamic sets is put into those of the same names again, where they stay. Nobody
# is kept waiting for very much of it: then the sets begin anew.
list_elements() { # fails where there is none
    grep -qs 'flags .*dynamic' "$MADE/before/listed" || return 1
    nft list ruleset >"$MADE/before/listed" 2>/dev/null && [ "$(wc -c <"$MADE/before/listed")" -lt $MOST_LISTED ] || return 1
    for side in new before; do
        of=$MADE/new.filter
        [ $side = new ] || of=$MADE/before/filter
        awk '/^table / { table = $2 " " $3 }
            FNR == NR { if (/^\tset /) stays[table, $2] = 1; next }
            /^\tset / { set = $2; dynamic = 0 }
            /^\t\tflags .*dynamic/ { dynamic = (table, set) in stays }
            /^\t\telements = / && dynamic { on = sub(/^\t\telements = /, "add element " table " " set " ") }
            on { print; if (/}$/) on = 0 }' "$of" "$MADE/before/listed" >"$MADE/elements.$side" || return 1
    done 2>/dev/null
}
MOST_LISTED=1000000 # octets
FILTER_HEAD="# What egovnet's agent loads, and nftables.service at the start."
check_filter() { # FILE: whether nft and the kernel take it; sets REFUSED, and LINE, its number there
    REFUSED=
    LINE=0
    [ -s "$1" ] || return 0
    if ! command -v nft >/dev/null; then
        REFUSED="it has no nft, which filters packets: apt-get install nftables"
        return 1
    fi
    { printf 'flush ruleset; ' && cat "$1"; } >"$1.checked" 2>/dev/null || return 0
    said=$(timeout 60 nft -c -f "$1.checked" 2>&1) && { rm -f "$1.checked" && return 0; }
    rm -f "$1.checked"
    case $said in
    *"$1.checked:"*) # FILE:LINE:COLUMNS: Error: WORDS
        said=${said#*"$1.checked:"}
        LINE=${said%%:*}
        is_number "$LINE" || LINE=0
        ;;
    esac
    said=${said#*Error: }
    REFUSED="nft does not take it: ${said%%
*}"
    return 1
}
load_filter() { # FILE: in one transaction; sets UNLOADED where it fails
    UNLOADED=
    print_to filter out
    timeout "$STEP_TIMEOUT" nft -f "$1" >"$OUT" 2>&1 && return 0
    said=
    [ ! -s "$OUT" ] || read -r said <"$OUT"
    UNLOADED="nft does not load the packet filter: ${said#*Error: }"
    return 1
}
close_filter() { # DIRECTION: let through what both let through, where more than the filter changes
    OPENS=
    [ -f "$MADE/new.filter" ] || return 0
    OPENS=$MADE/filter.new
    [ "$1" = there ] || OPENS=$MADE/filter.before
    [ -s "$MADE/withdraw" ] || [ -s "$MADE/provide" ] || [ -f "$MADE/new.interfaces" ] || return 0
    timed filter-both load_filter "$MADE/filter.both"
}
keep_filter() { # DIRECTORY: what is loaded at a start, for /etc/nftables.conf
    [ -f "$MADE/new.filter" ] || return 0
    { echo "$FILTER_HEAD" && echo "flush ruleset"; } >"$DIR/after/startup.filter" || return 1
    [ ! -f "$1/filter" ] || cat "$1/filter" >>"$DIR/after/startup.filter"
}
start_with_filter() { # whoever has systemd: its service loads the file before the network comes up
    [ -f "$MADE/new.filter" ] && [ -d /run/systemd/system ] || return 0
    [ -e /etc/systemd/system/sysinit.target.wants/nftables.service ] ||
        systemctl enable nftables.service >/dev/null 2>&1 || log "nftables.service cannot be enabled"
}

# The start-up files are written one after the other, and ifreload reads only the real one. From the mark
# to the unmark they may be a mixture; whoever finds the mark of a process that is no more makes them
# whole (heal): as they were "before", or, once the commit was confirmed, as they are to be "after".
mark() { # before | after
    { write_whole "$STATE/mark" "$1 $ID $BOOT" || { spend_reserve && write_whole "$STATE/mark" "$1 $ID $BOOT"; }; } &&
        sync -f "$STATE"
}
unmark() {
    [ -f "$STATE/mark" ] || return 0
    sync -f /etc "$STATE"
    rm -f "$STATE/mark"
}
keep_startup() { # the files as they are, beside what is running
    set -- /etc/hostname "$MADE/before/startup.hostname" $FRR_CONF "$MADE/before/startup"
    while [ $# -gt 0 ]; do
        [ ! -f "$1" ] || cp "$1" "$2" 2>/dev/null || return 1
        shift 2
    done
    [ -f "$MADE/new.filter" ] || return 0
    if [ -f $NFT_CONF ]; then
        cp $NFT_CONF "$MADE/before/startup.filter" 2>/dev/null
    else
        cp "$MADE/filter.before" "$MADE/before/startup.filter" 2>/dev/null
    fi
}
# FRR prints its interfaces before its IS-IS instances and reads a file from top to bottom: isisd 8.4
# refuses a metric above 63, with all IS-IS lines beside it, while the instance is not there.
isis_first() { # FILE, as FRR prints it, without what it says before and after
    awk '
        FNR == 1 { on = 0 }
        /^frr version/ { on = 1 }
        !on || !NF || /^end$/ { next }
        NR == FNR { if (/^router isis /) own = 1; if (own) blocks = blocks $0 "\n"; if (/^exit$/) own = 0; next }
        /^interface / && blocks != "" { printf "%s!\n", blocks; blocks = "" }
        /^router isis / { skipped = 1 }
        !skipped
        /^exit$/ { skipped = 0 }
        END { printf "%s", blocks }
    ' "$1" "$1"
}
write_startup() { # what is to start after a confirmation
    [ -d "$DIR/after" ] || mkdir "$DIR/after" || return 1
    cp "$AFTER/interfaces" "$DIR/after/interfaces" &&
        cp "$AFTER/hostname" "$DIR/after/startup.hostname" && keep_filter "$AFTER" &&
        isis_first "$AFTER/frr" >"$DIR/after/startup" &&
        [ -s "$DIR/after/startup" ]
}
install_startup() { # DIRECTORY
    # until all are written, a start is to let through what both filters do
    [ ! -f "$1/startup.filter" ] || install_text "$MADE/filter.both" $NFT_CONF || return 1
    install_text "$1/interfaces" $INTERFACES || return 1
    [ ! -e $RUN/interfaces ] || rm -f $RUN/interfaces
    [ ! -f "$1/startup.hostname" ] || install_text "$1/startup.hostname" /etc/hostname || return 1
    [ ! -f "$1/startup" ] || install_text "$1/startup" $FRR_CONF || return 1
    [ ! -f "$1/startup.filter" ] || install_text "$1/startup.filter" $NFT_CONF
}
again() { # COMMAND...: once more with the place that was kept for it
    "$@" 2>/dev/null || { spend_reserve && "$@"; }
}

change_linux() {
    mark before || { keep reason "$(what_failed "cannot write to $STATE")" && return 1; }
    if ! timed linux apply_linux "$MADE/new.interfaces" linux "$MADE/remade"; then
        keep reason "$TROUBLE"
        return 1
    fi
    # until it is confirmed, a reboot is to come back with the old text
    cp "$MADE/new.interfaces" $RUN/interfaces 2>/dev/null &&
        again install_text "$MADE/before/interfaces" $INTERFACES && unmark && return 0
    keep reason "$(what_failed "what Linux was given could not be kept")"
    return 1
}
what_failed() { # WORDS
    explain_storage
    echo "$1: $WHY"
}
apply() {
    close_filter there || { keep reason "$UNLOADED" && return 1; }
    run_vtysh withdraw
    if [ -f "$MADE/new.interfaces" ]; then
        change_linux || return 1
    fi
    [ -f "$MADE/new.hostname" ] && timed name apply_name "$MADE/new.hostname"
    return 0
}
provide() { # SCRIPT, and read back; fails when that could not be written whole
    [ ! -e "$AFTER" ] || rm -rf "$AFTER" 2>/dev/null
    timed "$1" read_running "$AFTER" "$MADE/$1"
    provided=$?
    [ ! -f "$MADE/new.interfaces" ] || tell_zebra
    return $provided
}
shown() { # a state, once all that was printed up to it could be written
    takes_data "$WORK" && set_state "$1" && return 0
    keep reason "$(what_failed "what the router said could not be kept")"
    return 1
}
begin_process() { # of the change in DIR: where what it needs is, and where it writes
    MADE=$WORK/made
    [ -s "$MADE/before/frr" ] || MADE=$DIR/made
    [ -d "$WORK" ] || mkdir "$WORK" 2>/dev/null
    ROOM=$WORK
    AFTER=$ROOM/after
}
undo() { # REASON
    log "going back: $1"
    begin_process
    if [ ! -s "$MADE/before/frr" ]; then
        booked runner
        first_line "$FILE"
        log "somebody took away what it needs: the router stays as it is"
        [ "${LINE%% *}" = $$ ] || return # and what it was
        keep trouble "the files that lead back are gone from $STATE and $RUN"
        settle broken
        return
    fi
    set_state undoing || log "cannot write that it goes back"
    booked reason
    [ -f "$FILE" ] || keep reason "$1"
    find_room
    AFTER=$ROOM/after
    trouble=
    revive
    close_filter back || log "$UNLOADED"
    run_vtysh undo.withdraw
    if [ -f "$MADE/new.interfaces" ]; then
        timed undo-linux apply_linux "$MADE/before/interfaces" undo-linux "$MADE/undo.remade" || trouble=$TROUBLE
        timed undo-check check_linux || trouble="${trouble:-ifquery --check failed}"
        [ ! -e $RUN/interfaces ] || rm -f $RUN/interfaces
    fi
    [ -f "$MADE/new.hostname" ] && apply_name "$MADE/before/hostname"
    provide undo.provide
    if ! same_frr "$MADE/before/frr" "$AFTER/frr"; then
        timed undo-reload reload_frr "$MADE/before/frr"
        if ! provide none; then
            trouble="${trouble:-$(what_failed "what FRR has cannot be read back")}"
        elif ! same_frr "$MADE/before/frr" "$AFTER/frr"; then
            trouble="${trouble:-FRR differs from the snapshot}"
        fi
    fi
    if [ -f "$MADE/new.filter" ] && [ -z "$trouble" ]; then
        [ -f "$AFTER/filter" ] || : >"$AFTER/filter"
        cmp -s "$MADE/before/filter" "$AFTER/filter" ||
            trouble="${UNLOADED:-the packet filter differs from the snapshot}"
    fi
    find_dead
    [ -z "$DEAD" ] || trouble="$DEAD does not run"
    torn=
    again install_startup "$MADE/before" || torn="$(what_failed "the start-up files cannot be written")"
    end_with undone
}
# A daemon that ended while a change was under way has lost what it was configured with. It is started as the
# package does it, which gives it its start-up configuration; what else it had comes with the undoing.
find_dead() { # sets DEAD, the daemons that ran before the change and do not run now
    DEAD=
    first_line "$MADE/before/daemons"
    wanted=$LINE
    living
    for daemon in $wanted; do
        case " $DAEMONS " in *" $daemon "*) ;; *) DEAD="$DEAD $daemon" ;; esac
    done
    DEAD=${DEAD# }
}
revive() {
    find_dead
    [ -n "$DEAD" ] || return 0
    ended=$DEAD
    log "$ended ended"
    first_line /run/frr/watchfrr.pid
    looks=50
    # where watchfrr runs it is about to start it by itself
    while is_number "$LINE" && started_at "$LINE" && [ $looks -gt 0 ] && find_dead && [ -n "$DEAD" ]; do
        looks=$((looks - 1))
        first_line /run/frr/watchfrr.pid
        sleep 0.2
    done
    find_dead
    print_to revive out
    for daemon in $DEAD; do
        # what is preloaded for short programs is not for a daemon
        timed "start-$daemon" env -u LD_PRELOAD timeout "$STEP_TIMEOUT" /usr/lib/frr/watchfrr.sh start "$daemon" \
            </dev/null >>"$OUT" 2>&1
    done
    find_dead
    [ -n "$DEAD" ] || keep mended "$ended had ended while the change was under way, and was started again"
}
end_with() { # STATE, or broken when there was trouble
    trouble="${trouble:-$torn}"
    if [ -n "$trouble" ]; then
        keep trouble "$trouble"
        settle broken
    else
        forget trouble
        settle "$1"
    fi
    [ -n "$torn" ] || unmark # else for a rollback, or a start, to make whole
}
reload_frr() { # FILE
    sed -e '/^Building configuration/d' -e '/^Current configuration/d' -e '/^end$/d' "$1" >"$ROOM/reload.conf" || return 1
    # frr-reload.py writes the start-up file: that is for the confirmation to do
    [ -f "$STATE/mark" ] || mark before
    [ ! -f $FRR_CONF ] || cp $FRR_CONF "$ROOM/startup.kept" || return 1
    print_to reload out
    timeout "$STEP_TIMEOUT" /usr/lib/frr/frr-reload.py --reload "$ROOM/reload.conf" >"$OUT" 2>&1
    reloaded=$?
    [ ! -f "$ROOM/startup.kept" ] || again install_text "$ROOM/startup.kept" $FRR_CONF || return 1
    return $reloaded
}
finish() { # confirmed: from the mark on there is no way back
    if again write_startup && mark after && timed permanent again install_startup "$DIR/after" &&
        again write_whole "$STATE/last" "$ID"; then
        forget reason
        start_with_filter
        settle confirmed
        unmark
    else
        keep reason "$(what_failed "the start-up files cannot be written")"
        mark before || rm -f "$STATE/mark"
        undo "not confirmed"
    fi
}
heal() { # KIND BOOT: make whole what a loss of power, or of the process, cut off
    kind=$1
    started=$DIR/after
    [ "$kind" = after ] || started=$MADE/before
    trouble=
    torn=
    mixed=
    cmp -s $FRR_CONF "$started/startup" || mixed=yes
    timed startup install_startup "$started" || torn="$(what_failed "the start-up files cannot be written")"
    if [ "$2" != "$BOOT" ]; then # then a mixture was started, too
        while grep -qsa '[v]tysh.-b' /proc/[0-9]*/cmdline; do sleep 0.2; done
        close_filter back || log "$UNLOADED"
        OPENS= # it is loaded below
        way=
        [ "$kind" = after ] || way=undo.
        if [ -s "$MADE/${way}remade" ]; then # FRR is to let go of what is made again
            run_vtysh "${way}withdraw"
            mixed=yes
        fi
        timed heal-linux apply_linux "$started/interfaces" undo-linux "$MADE/${way}remade" || trouble=$TROUBLE
        tell_zebra
        timed heal-check check_linux || trouble="${trouble:-ifquery --check failed}"
        [ ! -f "$started/startup.hostname" ] || apply_name "$started/startup.hostname"
        [ -z "$mixed" ] || timed heal-frr reload_frr "$started/startup" || trouble="${trouble:-frr-reload.py failed}"
        if [ -f "$started/startup.filter" ]; then
            first_line "$started/startup.filter"
            file=$started/startup.filter
            [ "$LINE" = "$FILTER_HEAD" ] || file=$MADE/filter.before # it was nobody's that was loaded
            timed heal-filter load_filter "$file" || trouble="${trouble:-$UNLOADED}"
        fi
    fi
    if [ "$kind" = before ]; then
        keep reason "the router was restarted in the middle of it: it was taken back"
        first_line "$STATE/last"
        [ "$LINE" != "$ID" ] || rm -f "$STATE/last"
        end_with undone
        return
    fi
    read_running "$WORK/healed"
    same_frr "$started/startup" "$WORK/healed/frr" || trouble="${trouble:-FRR differs from what was confirmed}"
    keep reason "the writing of its start-up files was cut off: it was completed"
    write_whole "$STATE/last" "$ID"
    end_with confirmed
}
drop_work() { # what ended changes have in memory
    for old in "$RUN/"*-*-*-*-*.*; do
        [ ! -d "$old" ] || [ "$old" = "$WORK" ] || [ -f "$old/unsaved" ] || rm -rf "$old"
    done
}
prune() { # the changes that nobody asks about any more
    set -- "$STATE/changes/"*
    [ $# -le $KEEP ] || drop_old $KEEP
}
drop_old() { # NUMBER of changes that stay on disk
    first_line "$STATE/last"
    # shellcheck disable=SC2012  # the names are ids: see is_id
    ls -1tA "$STATE/changes" | tail -n +$(($1 + 1)) | while read -r old; do
        [ "$old" = "$LINE" ] || [ "$old" = "$ID" ] || rm -rf "$STATE/changes/$old"
    done
}

next_request() { # DEADLINE: sets REQUEST, "accept 60", "abort", ... or "timeout"; taken() tells who asked
    while WOKEN= && [ ! -f "$WORK/request" ]; do
        if [ -n "$CALLED_BACK" ]; then # by who could not write a request
            explain_storage
            REQUEST="abort rolled back, by a signal: $WHY"
            return
        fi
        booked runner
        first_line "$FILE"
        if [ "${LINE%% *}" != $$ ]; then # who took that away: nobody can ask it any more
            # shellcheck disable=SC2086  # three words
            is_alive $LINE && log "process ${LINE%% *} is in its place" && exit 0
            REQUEST=timeout
            return
        fi
        booked state
        first_line "$FILE"
        [ "$LINE" = "$STAGE" ] || keep state "$STAGE"
        uptime_s
        left=$(($1 - UPTIME))
        if [ $left -le 0 ]; then
            REQUEST=timeout
            # a request that arrives now is too late: take the place of one
            (set -C && : >"$WORK/request") 2>/dev/null && return
            [ -f "$WORK/request" ] || return # there is no place: nobody else had one either
        fi
        [ $left -le 5 ] || left=5
        pause $left
    done
    REQUEST=
    read -r REQUEST <"$WORK/request"
}
taken() { # who asked holds the file open, and reads that it was not lost
    [ ! -f "$WORK/request" ] || { echo taken >>"$WORK/request"; } 2>/dev/null
    rm -f "$WORK/request" 2>/dev/null
    wake_waiter
}
run_change() { # ACCEPT_SECONDS
    if ! apply || ! provide_shown provide; then
        undo failed
        return
    fi
    patience=$1
    uptime_s
    deadline=$((UPTIME + patience))
    while :; do
        next_request "$deadline"
        case ${REQUEST%% *} in
        accept)
            taken
            told=${REQUEST#accept }
            if [ "$told" -eq 0 ]; then finish; else wait_for_confirmation "$told"; fi
            return
            ;;
        correct)
            shown applying || { taken && undo failed && return; }
            taken
            run_vtysh withdraw
            # ifreload may end well and have done half: a race in its cache, seen on a busy router
            if [ -f "$MADE/again" ]; then
                rm -f "$MADE/again"
                change_linux || { undo failed && return; }
            fi
            ;;
        reload)
            shown applying || { taken && undo failed && return; }
            taken
            timed reload reload_frr "$MADE/new.frr"
            unmark
            ;;
        abort)
            taken
            undo "${REQUEST#abort }"
            return
            ;;
        timeout) # its place stays taken
            undo "the controller did not answer in time"
            return
            ;;
        *)
            taken
            continue
            ;;
        esac
        script=provide
        [ "$REQUEST" != reload ] || script=none
        provide_shown $script || { undo failed && return; }
        uptime_s
        deadline=$((UPTIME + patience))
    done
}
provide_shown() { # SCRIPT
    provide "$1" && shown applied && return 0
    booked reason
    [ -f "$FILE" ] || keep reason "${UNLOADED:-$(what_failed "what the router runs could not be kept")}"
    return 1
}
set_timer() { # SECONDS: sets END
    uptime_s
    END=$((UPTIME + $1))
    write_whole "$WORK/deadline" "$END" || rm -f "$WORK/deadline" # it is told no more, and holds
}
wait_for_confirmation() { # SECONDS
    set_timer "$1"
    shown pending || { undo failed && return; }
    while :; do
        next_request "$END"
        case ${REQUEST%% *} in
        extend)
            set_timer "${REQUEST#extend }"
            log "extended to ${REQUEST#extend } s from now"
            taken
            ;;
        confirm)
            taken
            finish
            return
            ;;
        abort)
            taken
            undo "${REQUEST#abort }"
            return
            ;;
        timeout) # its place stays taken
            undo "nobody confirmed in time"
            return
            ;;
        *) taken ;;
        esac
    done
}
