;; expect: guest.trap
;; effect: write
(func $invoke (result i32) (call $write) (unreachable))
