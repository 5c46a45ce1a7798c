# What one commit does on the router, and what it leaves for the next start of the router.

timed() { # STEP COMMAND...: log the step with its seconds, keep its result
    step=$1
    shift
    read -r begin _ </proc/uptime
    "$@"
    result=$?
    read -r finish _ </proc/uptime
    echo "$step $begin $finish $result" >>"$DIR/steps"
    log "$step result $result"
    return $result
}
run_vtysh() { # FILE: lines refused are in FILE.err, for the controller to judge
    [ -s "$DIR/$1" ] || return 0
    timed "$1" timeout "$STEP_TIMEOUT" vtysh -f "$DIR/$1" >"$DIR/$1.out" 2>"$DIR/$1.err"
}
apply_linux() { # FILE
    install_text "$1" $INTERFACES &&
        timeout "$STEP_TIMEOUT" ifreload -a >"$DIR/linux.out" 2>&1
}
# zebra 8.4 can miss the addresses of an interface that is made again under its old name. The text is
# right, and yet the VRF has no connected route; without the port's link-local address bgpd ends every
# session over IPv6 before its OPEN. What a VRF's port has in the kernel and not in zebra is given to
# it again; backbone ports are in no VRF and so never touched. zebra waits, as this does, for addresses
# that are still being checked for duplicates (RFC 4862, section 5.4).
tell_zebra() {
    for look in 1 2 3 4 5 6 7 8 9 10; do
        timeout 60 vtysh -d zebra -c 'show interface vrf all' >"$DIR/zebra" 2>/dev/null || return 0
        ip -d -o link show >"$DIR/ports"
        ip -o addr show | awk '
            of == "zebra" { if ($1 == "Interface") at = $2; else if ($1 ~ /^inet6?$/) known[at, $2]; next }
            of == "ports" { if (/ vrf_slave / && !/ master mgmt /) { sub(/[@:].*/, "", $2); carrier[$2] = /LOWER_UP/ }; next }
            !($2 in carrier) || ($2, $4) in known { next }
            / tentative / { if (carrier[$2]) print $2, $4, "tentative"; next } # the check needs a carrier
            { print $2, $4 }
            ' of=zebra "$DIR/zebra" of=ports "$DIR/ports" of= - >"$DIR/unknown"
        [ -s "$DIR/unknown" ] || return 0
        [ $look -lt 3 ] || grep -q tentative "$DIR/unknown" || break
        sleep 0.3
    done
    while read -r port address tentative; do
        [ -z "$tentative" ] || continue
        log "zebra missed $address on $port: given again"
        ip addr del "$address" dev "$port" && ip addr add "$address" dev "$port"
    done <"$DIR/unknown"
    return 0
}
check_linux() { timeout "$STEP_TIMEOUT" ifquery --check -a >"$DIR/check.out" 2>&1; }
apply_name() { hostname "$(cat "$1")"; }

# The start-up files are written one after the other, and ifreload reads only the real one. From the mark
# to the unmark they may be a mixture; whoever finds the mark of a process that is no more makes them
# whole (heal): as they were "before", or, once the commit was confirmed, as they are to be "after".
mark() { # before | after
    echo "$1 $ID $BOOT" >"$STATE/mark.new" && mv "$STATE/mark.new" "$STATE/mark" && sync -f "$STATE"
}
unmark() {
    [ -f "$STATE/mark" ] || return 0
    sync -f /etc "$STATE"
    rm -f "$STATE/mark"
}
keep_startup() { # the files as they are, beside what is running
    cp /etc/hostname "$DIR/before/startup.hostname" 2>/dev/null
    [ ! -f $FRR_CONF ] || cp $FRR_CONF "$DIR/before/startup"
}
# FRR prints its interfaces before its IS-IS instances and reads a file from top to bottom: isisd 8.4
# refuses a metric above 63, with all IS-IS lines beside it, while the instance is not there.
isis_first() { # FILE
    awk '
        NR == FNR { if (/^router isis /) own = 1; if (own) blocks = blocks $0 "\n"; if (/^exit$/) own = 0; next }
        /^interface / && blocks != "" { printf "%s!\n", blocks; blocks = "" }
        /^router isis / { skipped = 1 }
        !skipped
        /^exit$/ { skipped = 0 }
        END { printf "%s", blocks }
    ' "$1" "$1"
}
write_startup() { # what is to start after a confirmation
    cp "$DIR/after/hostname" "$DIR/after/startup.hostname" &&
        awk '/^frr version/ { on = 1 } on && !/^end$/ && NF' "$DIR/after/frr" >"$DIR/after/printed" &&
        isis_first "$DIR/after/printed" >"$DIR/after/startup" &&
        [ -s "$DIR/after/startup" ]
}
install_startup() { # before | after
    install_text "$DIR/$1/interfaces" $INTERFACES || return 1
    rm -f $RUN/interfaces
    [ ! -f "$DIR/$1/startup.hostname" ] || install_text "$DIR/$1/startup.hostname" /etc/hostname || return 1
    [ ! -f "$DIR/$1/startup" ] || install_text "$DIR/$1/startup" $FRR_CONF
}

change_linux() {
    mark before
    if ! timed linux apply_linux "$DIR/new.interfaces"; then
        echo "ifreload failed" >"$DIR/reason"
        return 1
    fi
    # until it is confirmed, a reboot is to come back with the old text
    cp "$DIR/new.interfaces" $RUN/interfaces
    install_text "$DIR/before/interfaces" $INTERFACES && unmark
}
apply() {
    run_vtysh withdraw
    if [ -f "$DIR/new.interfaces" ]; then
        change_linux || return 1
    fi
    [ -f "$DIR/new.hostname" ] && timed name apply_name "$DIR/new.hostname"
    return 0
}
provide() { # and read back
    rm -rf "$DIR/after"
    timed "$1" read_running "$DIR/after" "$DIR/$1"
    [ ! -f "$DIR/new.interfaces" ] || tell_zebra
}
undo() { # REASON
    set_state undoing
    [ -f "$DIR/reason" ] || echo "$1" >"$DIR/reason"
    log "going back: $1"
    run_vtysh undo.withdraw
    trouble=
    if [ -f "$DIR/new.interfaces" ]; then
        timed undo-linux apply_linux "$DIR/before/interfaces" || trouble="ifreload failed"
        timed undo-check check_linux || trouble="${trouble:-ifquery --check failed}"
        rm -f $RUN/interfaces
    fi
    [ -f "$DIR/new.hostname" ] && apply_name "$DIR/before/hostname"
    provide undo.provide
    if ! same_frr "$DIR/before/frr" "$DIR/after/frr"; then
        timed undo-reload reload_frr "$DIR/before/frr"
        provide none
        same_frr "$DIR/before/frr" "$DIR/after/frr" || trouble="${trouble:-FRR differs from the snapshot}"
    fi
    install_startup before || trouble="${trouble:-the start-up files cannot be written}"
    end_with undone
}
end_with() { # STATE, or broken when there was trouble
    if [ -n "$trouble" ]; then
        echo "$trouble" >"$DIR/trouble"
        set_state broken
    else
        rm -f "$DIR/trouble"
        set_state "$1"
    fi
    unmark
}
reload_frr() { # FILE
    sed -e '/^Building configuration/d' -e '/^Current configuration/d' -e '/^end$/d' "$1" >"$DIR/reload.conf"
    # frr-reload.py writes the start-up file: that is for the confirmation to do
    [ -f "$STATE/mark" ] || mark before
    [ ! -f $FRR_CONF ] || cp $FRR_CONF "$DIR/startup.kept"
    timeout "$STEP_TIMEOUT" /usr/lib/frr/frr-reload.py --reload "$DIR/reload.conf" >"$DIR/reload.out" 2>&1
    reloaded=$?
    [ ! -f "$DIR/startup.kept" ] || install_text "$DIR/startup.kept" $FRR_CONF || return 1
    return $reloaded
}
finish() { # confirmed: from the mark on there is no way back
    if write_startup && mark after && timed permanent install_startup after; then
        rm -f "$DIR/reason"
        echo "$ID" >"$STATE/last"
        set_state confirmed
        unmark
    else
        mark before
        undo "the start-up files cannot be written"
    fi
}
heal() { # KIND BOOT: make whole what a loss of power, or of the process, cut off
    kind=$1
    trouble=
    torn=
    cmp -s $FRR_CONF "$DIR/$kind/startup" || torn=yes
    timed startup install_startup "$kind" || trouble="the start-up files cannot be written"
    if [ "$2" != "$BOOT" ]; then # then a mixture was started, too
        while grep -qsa '[v]tysh.-b' /proc/[0-9]*/cmdline; do sleep 0.2; done
        timed heal-linux apply_linux "$DIR/$kind/interfaces" || trouble="${trouble:-ifreload failed}"
        tell_zebra
        timed heal-check check_linux || trouble="${trouble:-ifquery --check failed}"
        [ ! -f "$DIR/$kind/startup.hostname" ] || apply_name "$DIR/$kind/startup.hostname"
        [ -z "$torn" ] || timed heal-frr reload_frr "$DIR/$kind/startup" || trouble="${trouble:-frr-reload.py failed}"
    fi
    if [ "$kind" = before ]; then
        echo "the router was restarted in the middle of it: it was taken back" >"$DIR/reason"
        [ "$(cat "$STATE/last" 2>/dev/null)" != "$ID" ] || rm -f "$STATE/last"
        end_with undone
        return
    fi
    read_running "$DIR/healed"
    same_frr "$DIR/after/frr" "$DIR/healed/frr" || trouble="${trouble:-FRR differs from what was confirmed}"
    echo "the writing of its start-up files was cut off: it was completed" >"$DIR/reason"
    echo "$ID" >"$STATE/last"
    end_with confirmed
}
prune() {
    set -- "$STATE/changes/"*
    [ $# -gt $KEEP ] || return 0
    # shellcheck disable=SC2012  # the names are ids: see is_id
    ls -1tA "$STATE/changes" | tail -n +$((KEEP + 1)) | while read -r old; do
        [ "$old" = "$(cat "$STATE/last" 2>/dev/null)" ] || rm -rf "$STATE/changes/$old"
    done
}

next_request() { # DEADLINE: sets REQUEST, "accept 60", "abort", ... or "timeout"; taken() tells who asked
    while WOKEN= && [ ! -f "$DIR/request" ]; do
        uptime_s
        left=$(($1 - UPTIME))
        if [ $left -le 0 ]; then
            # a request that arrives now is too late: take the place of one
            (set -C && : >"$DIR/request") 2>/dev/null && REQUEST=timeout && return
        fi
        [ $left -le 5 ] || left=5
        pause $left
    done
    read -r REQUEST <"$DIR/request"
}
taken() {
    rm -f "$DIR/request"
    wake_waiter
}
run_change() { # ACCEPT_SECONDS
    set_state applying
    if ! apply; then
        undo failed
        return
    fi
    provide provide
    set_state applied
    patience=$1
    uptime_s
    deadline=$((UPTIME + patience))
    while :; do
        next_request "$deadline"
        # shellcheck disable=SC2086  # words
        set -- $REQUEST
        case ${1:-} in
        accept)
            taken
            if [ "$2" -eq 0 ]; then finish; else wait_for_confirmation "$2"; fi
            return
            ;;
        correct)
            set_state applying
            taken
            run_vtysh withdraw
            # ifreload may end well and have done half: a race in its cache, seen on a busy router
            [ ! -f "$DIR/again" ] || { rm -f "$DIR/again" && change_linux; }
            provide provide
            set_state applied
            uptime_s
            deadline=$((UPTIME + patience))
            ;;
        reload)
            set_state applying
            taken
            timed reload reload_frr "$DIR/new.frr"
            unmark
            provide none
            set_state applied
            uptime_s
            deadline=$((UPTIME + patience))
            ;;
        abort)
            taken
            undo "${REQUEST#abort }"
            return
            ;;
        timeout)
            undo "the controller did not answer in time"
            return
            ;;
        *) taken ;;
        esac
    done
}
set_timer() { # SECONDS: sets END
    uptime_s
    END=$((UPTIME + $1))
    echo "$END" >"$DIR/deadline.new" && mv "$DIR/deadline.new" "$DIR/deadline"
}
wait_for_confirmation() { # SECONDS
    set_timer "$1"
    set_state pending
    while :; do
        next_request "$END"
        # shellcheck disable=SC2086  # words
        set -- $REQUEST
        case ${1:-} in
        extend)
            set_timer "$2"
            log "extended to $2 s from now"
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
        timeout)
            undo "nobody confirmed in time"
            return
            ;;
        *) taken ;;
        esac
    done
}
