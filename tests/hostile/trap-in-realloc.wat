;; expect: guest.trap
(func $realloc (param i32 i32 i32 i32) (result i32) (unreachable))
(func $invoke (result i32) (call $done))
