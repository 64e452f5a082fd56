;; expect: guest.deadline
;; timeout: 1s
(func $post (param i32) (call $spin))
(func $invoke (result i32) (call $done))
