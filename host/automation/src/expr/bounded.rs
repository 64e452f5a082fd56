//! Filters within limits. The engine counts its own steps, and not the work inside a filter: a short list may hold one large text a
//! thousand times, and a filter sorts, compares or writes all of it.

use std::cell::Cell;
use std::io;

use minijinja::value::{Kwargs, Rest};
use minijinja::{Environment, Error, ErrorKind, Value};
use serde::Serialize;

use super::FUEL;

/// Most bytes, as JSON, that one filter is given or gives. A list of the largest answer of a service has twelve million.
const MOST: u64 = 16 << 20;

thread_local! {
    /// Items that the filters of the present expression were given.
    static ITEMS: Cell<u64> = const { Cell::new(0) };
}

/// Before an expression.
pub(super) fn begin() {
    ITEMS.set(0);
}

/// Makes each filter of `plain` count what it is given and what it gives.
pub(super) fn install(engine: &mut Environment<'static>, plain: &'static Environment<'static>, names: &[&'static str]) {
    for &name in names {
        let bounded = move |value: Value, others: Rest<Value>, named: Kwargs| -> Result<Value, Error> {
            let mut arguments = vec![value];
            arguments.extend(others.0);
            if named.args().next().is_some() {
                arguments.push(Value::from(named));
            }
            let list = arguments.first().and_then(Value::len).unwrap_or_default() as u64;
            ITEMS.set(ITEMS.get().saturating_add(list));
            if ITEMS.get() > FUEL {
                return Err(Error::from(ErrorKind::OutOfFuel));
            }
            arguments.iter().try_for_each(check)?;
            let value = plain.empty_state().apply_filter(name, &arguments)?;
            check(&value)?;
            Ok(value)
        };
        engine.add_filter(name, bounded);
    }
}

fn check(value: &Value) -> Result<(), Error> {
    match measure(value, MOST) {
        Measure::TooLarge => {
            Err(Error::new(ErrorKind::InvalidOperation, format!("a value is larger than {MOST} bytes")))
        }
        // What cannot be written as JSON is small: a function, or a value that is not there.
        Measure::Bytes(_) | Measure::Unwritable => Ok(()),
    }
}

/// The size of a value as JSON.
pub(super) enum Measure {
    Bytes(u64),
    /// More than the limit. The rest was not looked at.
    TooLarge,
    Unwritable,
}

/// Counts the bytes of a value as JSON, up to `limit`.
pub(super) fn measure(value: &impl Serialize, limit: u64) -> Measure {
    let mut count = Count { bytes: 0, limit };
    match serde_json::to_writer(&mut count, value) {
        Ok(()) => Measure::Bytes(count.bytes),
        Err(error) if error.is_io() => Measure::TooLarge,
        Err(_) => Measure::Unwritable,
    }
}

struct Count {
    bytes: u64,
    limit: u64,
}

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes += bytes.len() as u64;
        if self.bytes > self.limit { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
