//! Licences. Zoom writes options as bits of numbers up to 2^59: they are read as integers, never as floats, and given on as text.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lenient;
use crate::bindings::users::{LicenseChoice, LicenseDetail, LicenseProduct};
use crate::problem::invalid;
use crate::service::Outcome;

/// Workplace options, by the place of their bit.
const WORKPLACE: [(u32, &str); 26] = [
    (2, "Enterprise"),
    (3, "Enterprise Plus"),
    (4, "Business Plus, US/CA"),
    (5, "Business Plus, UK/IR"),
    (6, "Business Plus, AU/NZ"),
    (7, "Business Plus, Japan"),
    (25, "Business Plus, Global Select"),
    (27, "Enterprise Premier, US/CA"),
    (28, "Enterprise Premier, Japan"),
    (29, "Enterprise Premier, UK/IR"),
    (30, "Enterprise Premier, AU/NZ"),
    (32, "Education Enterprise Premier, US/CA"),
    (33, "Education Enterprise Premier, Japan"),
    (34, "Education Enterprise Premier, UK/IR"),
    (35, "Education Enterprise Premier, AU/NZ"),
    (36, "Education Enterprise Premier, Global Select"),
    (37, "Education School and Campus Plus, US/CA"),
    (38, "Education School and Campus Plus, Japan"),
    (39, "Education School and Campus Plus, UK/IR"),
    (40, "Education School and Campus Plus, AU/NZ"),
    (41, "Education School and Campus Plus, Global Select"),
    (42, "Pro Plus, US/CA"),
    (54, "Education School and Campus"),
    (56, "Education Enterprise Essentials"),
    (57, "Education Enterprise Plus"),
    (59, "Education Enterprise Student"),
];

/// United options: three plans with five regions each, then Japan for each plan.
const UNITED: [&str; 18] = [
    "Pro, US/CA",
    "Pro, UK/IR",
    "Pro, AU/NZ",
    "Pro, Global Select",
    "Pro, Zoom Phone Pro",
    "Business, US/CA",
    "Business, UK/IR",
    "Business, AU/NZ",
    "Business, Global Select",
    "Business, Zoom Phone Pro",
    "Enterprise, US/CA",
    "Enterprise, UK/IR",
    "Enterprise, AU/NZ",
    "Enterprise, Global Select",
    "Enterprise, Zoom Phone Pro",
    "Pro, Japan",
    "Business, Japan",
    "Enterprise, Japan",
];

/// One row of `license_info_list`.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Info {
    #[serde(deserialize_with = "lenient::text")]
    license_type: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    license_option: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    subscription_id: Option<String>,
}

/// Every licence by its own line, without repeating what the list says in more detail.
pub fn details(listed: Vec<Info>, workplace: Option<&str>, united: Option<&str>) -> Vec<LicenseDetail> {
    let mut all: Vec<LicenseDetail> = listed
        .into_iter()
        .filter_map(|info| {
            let product = match info.license_type.as_deref() {
                Some("MEETING") => LicenseProduct::Meeting,
                Some("ZOOM_WORKPLACE_BUNDLE") => LicenseProduct::Workplace,
                _ => LicenseProduct::Other,
            };
            let option = info.license_option?;
            Some(LicenseDetail { name: name(product, &option), product, option, subscription_id: info.subscription_id })
        })
        .collect();
    for (product, digits) in [(LicenseProduct::Workplace, workplace), (LicenseProduct::United, united)] {
        for option in digits.into_iter().flat_map(bits) {
            if !all.iter().any(|held| held.product == product && held.option == option) {
                all.push(LicenseDetail { name: name(product, &option), product, option, subscription_id: None });
            }
        }
    }
    all
}

/// Each bit of a number as a number of its own; a text that is no number stays whole.
fn bits(digits: &str) -> Vec<String> {
    match digits.parse::<u64>() {
        Ok(number) => (0..64).map(|n| 1_u64 << n).filter(|bit| number & bit != 0).map(|bit| bit.to_string()).collect(),
        Err(_) => vec![digits.to_owned()],
    }
}

fn name(product: LicenseProduct, option: &str) -> Option<String> {
    let number: u64 = option.parse().ok()?;
    match product {
        LicenseProduct::Meeting if number == 2 => Some("Meetings, licensed".to_owned()),
        LicenseProduct::Workplace => {
            WORKPLACE.iter().find(|(bit, _)| 1 << bit == number).map(|(_, name)| format!("Workplace {name}"))
        }
        LicenseProduct::United => {
            UNITED.iter().zip(0..).find(|(_, bit)| 1 << bit == number).map(|(name, _)| format!("United {name}"))
        }
        _ => None,
    }
}

/// A row to send.
#[derive(Serialize)]
pub struct Choice {
    license_type: &'static str,
    license_option: u64,
    subscription_id: String,
}

/// Check and spell licences for Zoom.
pub fn choices(chosen: Option<Vec<LicenseChoice>>) -> Outcome<Option<Vec<Choice>>> {
    let Some(chosen) = chosen else { return Ok(None) };
    if chosen.len() > 2 {
        return Err(invalid("/licenses", "these are too many licences", "give at most two"));
    }
    let row = |(n, choice): (usize, LicenseChoice)| {
        let license_type = match choice.product {
            LicenseProduct::Meeting => "MEETING",
            LicenseProduct::Workplace => "ZOOM_WORKPLACE_BUNDLE",
            LicenseProduct::United | LicenseProduct::Other => {
                let fix = "use `meeting` or `workplace`; United licences go into `united_option`";
                return Err(invalid(&format!("/licenses/{n}/product"), "Zoom takes no such product here", fix));
            }
        };
        let license_option = number(&format!("/licenses/{n}/option"), &choice.option)?;
        Ok(Choice { license_type, license_option, subscription_id: choice.subscription_id })
    };
    chosen.into_iter().enumerate().map(row).collect::<Outcome<Vec<_>>>().map(Some)
}

/// Digits of an option.
pub fn number(field: &str, digits: &str) -> Outcome<u64> {
    digits
        .parse()
        .map_err(|_| invalid(field, "this is not an option's number", "give digits, as `users.get` shows them"))
}

/// A number of any size as digits; what Zoom's documents round to a float is not made exact again.
pub fn digits<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    Ok(match Value::deserialize(from)? {
        Value::Number(number) if number.as_u64() == Some(0) => None,
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) if !text.is_empty() => Some(text),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seed_josys_07_bits_past_2_to_the_53_are_exact_and_named() {
        let found = details(Vec::new(), Some("576460752303423492"), Some("64"));
        let lines: Vec<_> = found.iter().map(|line| (line.option.as_str(), line.name.as_deref())).collect();
        assert_eq!(
            lines,
            [
                ("4", Some("Workplace Enterprise")),
                ("576460752303423488", Some("Workplace Education Enterprise Student")),
                ("64", Some("United Business, UK/IR"))
            ]
        );
    }

    #[test]
    fn an_unknown_option_is_kept_without_a_name() {
        let found = details(Vec::new(), Some("1"), Some("none"));
        assert_eq!(found.iter().map(|line| line.name.clone()).collect::<Vec<_>>(), [None, None]);
        assert_eq!(found.last().unwrap().option, "none");
    }
}
