;; expect: connector.load
;; Never started: it exports nothing of the contract.
(component
  (type $handle (resource (rep i32)))
  (core func $new (canon resource.new $handle))
  (core func $drop (canon resource.drop $handle))
  (core module $attack
    (import "" "new" (func $new (param i32) (result i32)))
    (import "" "drop" (func $drop (param i32)))
    (func $start (local $handle i32)
      (local.set $handle (call $new (i32.const 1)))
      (call $drop (local.get $handle))
      (call $drop (local.get $handle)))
    (start $start))
  (core instance (instantiate $attack (with "" (instance
    (export "new" (func $new))
    (export "drop" (func $drop)))))))
