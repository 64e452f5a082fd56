//! Ids of runs.

/// Different ids that one millisecond can have: 36 to the power of 4, the last four characters.
const PER_MILLISECOND: u32 = 1_679_616;

/// An id for a run that begins now, in milliseconds since 1970: ordered by time and short enough to type, `r-` and 12
/// characters of base 36.
pub(crate) fn new_run_id(now: i64) -> String {
    let salt = rand::random_range(0..PER_MILLISECOND);
    let mut number = u128::from(now.unsigned_abs()) * u128::from(PER_MILLISECOND) + u128::from(salt);
    let mut id = Vec::new();
    while number > 0 {
        let digit = u32::try_from(number % 36).unwrap_or(0);
        id.push(char::from_digit(digit, 36).unwrap_or('0'));
        number /= 36;
    }
    format!("r-{}", id.into_iter().rev().collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_in_the_order_of_time() {
        let (first, second) = (new_run_id(1_790_000_000_000), new_run_id(1_790_000_000_001));
        assert_eq!(first.len(), 14);
        assert!(first < second, "{first} {second}");
    }
}
