;; expect: guest.cpu
;; Every refusal of the service is explained by a function that computes: that time is the call's too.
(data (i32.const 50000) "/attacked")
(func $classify (param i32 i32 i32 i32 i32) (result i32) (call $spin) (unreachable))
(func $invoke (result i32)
  (loop $again
    (global.set $free (i32.const 65536))
    (call $send (i32.const 0) (i32.const 0) (i32.const 50000) (i32.const 9) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 32768))
    (br $again))
  (unreachable))
