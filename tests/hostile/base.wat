;; A connector of the least size. The test puts one attack in place of the marker; `$invoke` is what an activity call runs.
;; Where the attack defines `$memory`, `$realloc`, `$post` or `$classify`, the test leaves out the one marked as default.
(module
  (import "switchboard:connector/http@0.1.0" "send"
    (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32)))
  (import "switchboard:connector/http@0.1.0" "download" (func $download (param i32 i32)))
  (import "switchboard:connector/context@0.1.0" "get" (func $facts (param i32)))
  (import "switchboard:connector/log@0.1.0" "message" (func $log (param i32 i32 i32)))
  (import "switchboard:connector/log@0.1.0" "progress" (func $progress (param i64 i32 i64 i32 i32)))
  (memory (export "memory") 2)
  (global $free (mut i32) (i32.const 65536))
  (data (i32.const 1024) "{{MANIFEST}}")
  ;; what describe returns: pointer and length
  (data (i32.const 16) "\00\04\00\00{{LENGTH}}")
  ;; an output, and what a problem needs
  (data (i32.const 64) "{}")
  (data (i32.const 72) "attacked")
  ;; a change
  (data (i32.const 96) "/users/me/meetings")
  (data (i32.const 128) "{\22topic\22:\22x\22,\22type\22:1}")

  (func $default-realloc (param i32 i32 i32 i32) (result i32)
    (local $at i32)
    (local.set $at (i32.and (i32.add (global.get $free) (i32.const 7)) (i32.const -8)))
    (global.set $free (i32.add (local.get $at) (local.get 3)))
    (if (i32.gt_u (global.get $free) (i32.mul (memory.size) (i32.const 65536)))
      (then (drop (memory.grow (i32.add (i32.const 1) (i32.div_u (local.get 3) (i32.const 65536)))))))
    (local.get $at))
  (func $default-post (param i32))
  (func $default-classify (param i32 i32 i32 i32 i32) (result i32) (unreachable))

  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (call {{realloc}} (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "switchboard:connector/activities@0.1.0#describe") (result i32) (i32.const 16))
  (func (export "switchboard:connector/auth@0.1.0#describe") (result i32) (i32.const 16))
  (func (export "switchboard:connector/auth@0.1.0#identify") (result i32) (unreachable))
  (func (export "switchboard:connector/auth@0.1.0#classify") (param i32 i32 i32 i32 i32) (result i32)
    (call {{classify}} (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4)))

  ;; compute and never return
  (func $spin (loop $again (br $again)))

  ;; so many bytes of new memory
  (func $room (param $bytes i32) (result i32)
    (i32.mul (memory.grow (i32.div_u (i32.add (local.get $bytes) (i32.const 65535)) (i32.const 65536))) (i32.const 65536)))

  ;; so many bytes of new memory that repeat the first `len` bytes at `ptr`
  (func $repeat (param $bytes i32) (param $ptr i32) (param $len i32) (result i32)
    (local $at i32)
    (local.set $at (call $room (local.get $bytes)))
    (memory.copy (local.get $at) (local.get $ptr) (local.get $len))
    (loop $more
      (memory.copy (i32.add (local.get $at) (local.get $len)) (local.get $at)
        (select (local.get $len) (i32.sub (local.get $bytes) (local.get $len))
          (i32.le_u (local.get $len) (i32.sub (local.get $bytes) (local.get $len)))))
      (local.set $len (i32.mul (local.get $len) (i32.const 2)))
      (br_if $more (i32.lt_u (local.get $len) (local.get $bytes))))
    (local.get $at))

  ;; GET the link at (ptr, len) with `headers` headers at 40960, then answer the failure's code as our own problem
  (func $get (param $ptr i32) (param $len i32) (param $headers i32) (result i32)
    (call $send (i32.const 0) (i32.const 1) (local.get $ptr) (local.get $len) (i32.const 0) (i32.const 0)
      (i32.const 40960) (local.get $headers) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 32768))
    (call $refused))

  ;; POST a meeting with the connection's credential
  (func $write
    (call $send (i32.const 1) (i32.const 0) (i32.const 96) (i32.const 18) (i32.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 128) (i32.const 22) (i32.const 0) (i32.const 32768)))

  ;; answer the code of the failure at 32776 as our own problem
  (func $refused (result i32) (call $problem (i32.load (i32.const 32776)) (i32.load (i32.const 32780))))

  ;; answer a problem with this code
  (func $problem (param $ptr i32) (param $len i32) (result i32)
    (i32.store8 (i32.const 36864) (i32.const 1))
    (i32.store (i32.const 36872) (local.get $ptr))
    (i32.store (i32.const 36876) (local.get $len))
    (i32.store (i32.const 36880) (local.get $ptr))
    (i32.store (i32.const 36884) (local.get $len))
    (i32.const 36864))

  ;; answer ok with the text at (ptr, len)
  (func $ok (param $ptr i32) (param $len i32) (result i32)
    (i32.store8 (i32.const 36864) (i32.const 0))
    (i32.store (i32.const 36872) (local.get $ptr))
    (i32.store (i32.const 36876) (local.get $len))
    (i32.const 36864))

  ;; answer ok with `{}`
  (func $done (result i32) (call $ok (i32.const 64) (i32.const 2)))

  ;;HOSTILE

  (func (export "cabi_post_switchboard:connector/activities@0.1.0#invoke") (param i32) (call {{post}} (local.get 0)))
  (func (export "switchboard:connector/activities@0.1.0#invoke") (param i32 i32 i32 i32) (result i32) (call $invoke)))
