//! The scripts, each behind the names that all of them share.

use std::sync::LazyLock;

use redis::Script;

macro_rules! scripts {
    ($($name:ident: $($file:literal),+;)*) => {$(
        pub(crate) static $name: LazyLock<Script> =
            LazyLock::new(|| Script::new(concat!(include_str!("scripts/common.lua"), $(include_str!($file)),+)));
    )*};
}

scripts! {
    ADD: "scripts/add.lua";
    LEASE: "scripts/due.lua", "scripts/finish.lua", "scripts/lease.lua";
    WATCH: "scripts/due.lua", "scripts/watch.lua";
    FAIL: "scripts/fail.lua";
    RELEASE: "scripts/release.lua";
    BEAT: "scripts/beat.lua";
    LEAVE: "scripts/leave.lua";
    URGE: "scripts/urge.lua";
    PRIORITISE: "scripts/prioritise.lua";
    CLOSE: "scripts/close.lua";
    REVIVE: "scripts/revive.lua";
    REVOKE: "scripts/revoke.lua";
}
