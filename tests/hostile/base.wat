;; A connector of the least size. The test puts one attack in place of the marker; `$invoke` is what an activity call runs.
(module
  (import "switchboard:connector/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  ;;IMPORTS
  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 65536))
  (data (i32.const 1024) "{{MANIFEST}}")
  ;; what describe returns: pointer and length
  (data (i32.const 16) "\00\04\00\00{{LENGTH}}")
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536)))
      (then (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536)))))))
    (local.get $at))
  (func (export "switchboard:connector/activities@0.1.0#describe") (result i32) (i32.const 16))
  (func (export "switchboard:connector/auth@0.1.0#describe") (result i32) (i32.const 16))
  (func (export "switchboard:connector/auth@0.1.0#identify") (result i32) (unreachable))
  (func (export "switchboard:connector/auth@0.1.0#classify") (param i32 i32 i32 i32 i32) (result i32) (unreachable))

  ;; GET the link at (ptr, len) with `headers` headers at 40960, then answer the failure's code as our own problem
  (func $get (param $ptr i32) (param $len i32) (param $headers i32) (result i32)
    (call $send (i32.const 0) (i32.const 1) (local.get $ptr) (local.get $len) (i32.const 0) (i32.const 0)
      (i32.const 40960) (local.get $headers) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
    (i32.store8 (i32.const 36864) (i32.const 1))
    (i32.store (i32.const 36872) (i32.load (i32.const 32776)))
    (i32.store (i32.const 36876) (i32.load (i32.const 32780)))
    (i32.store (i32.const 36880) (i32.load (i32.const 32776)))
    (i32.store (i32.const 36884) (i32.load (i32.const 32780)))
    (i32.const 36864))

  ;; answer ok with the text at (ptr, len)
  (func $ok (param $ptr i32) (param $len i32) (result i32)
    (i32.store8 (i32.const 36864) (i32.const 0))
    (i32.store (i32.const 36872) (local.get $ptr))
    (i32.store (i32.const 36876) (local.get $len))
    (i32.const 36864))

  ;;HOSTILE

  (func (export "switchboard:connector/activities@0.1.0#invoke") (param i32 i32 i32 i32) (result i32) (call $invoke)))
