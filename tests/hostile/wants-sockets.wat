;; expect: connector.load
(component
  (import "wasi:sockets/instance-network@0.2.0" (instance (export "instance-network" (func)))))
