;; expect: guest.trap
(func $post (param i32) (unreachable))
(func $invoke (result i32) (call $done))
