;; expect: guest.deadline
;; timeout: 1s
;; The host calls realloc to hand over the input.
(func $realloc (param i32 i32 i32 i32) (result i32) (call $spin) (i32.const 0))
(func $invoke (result i32) (call $done))
