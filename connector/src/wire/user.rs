//! Zoom's user.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lenient;
use super::license::{self, Info};
use crate::bindings::users::{
    CustomAttribute, LastLogin, License, LoginType, NewLicense, PhoneNumber, User as Public, UserGroup, UserStatus,
};
use crate::dates::Moment;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct User {
    #[serde(deserialize_with = "lenient::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub email: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    first_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    last_name: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub display_name: Option<String>,
    #[serde(rename = "type", deserialize_with = "lenient::number")]
    kind: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    status: Option<String>,
    #[serde(deserialize_with = "lenient::number")]
    verified: Option<i64>,
    #[serde(deserialize_with = "lenient::text")]
    role_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pub role_name: Option<String>,
    group_ids: Option<Vec<String>>,
    #[serde(deserialize_with = "lenient::text")]
    dept: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    job_title: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    company: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    location: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    cost_center: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    manager: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    employee_unique_id: Option<String>,
    phone_numbers: Option<Vec<Phone>>,
    custom_attributes: Option<Vec<Attribute>>,
    #[serde(deserialize_with = "lenient::text")]
    pronouns: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    timezone: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    language: Option<String>,
    login_types: Option<Vec<i64>>,
    #[serde(deserialize_with = "lenient::text")]
    pub account_id: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    account_number: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pmi: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    personal_meeting_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    vanity_url: Option<String>,
    #[serde(deserialize_with = "lenient::text")]
    pic_url: Option<String>,
    division_ids: Option<Vec<String>>,
    #[serde(deserialize_with = "license::digits")]
    zoom_one_type: Option<String>,
    #[serde(deserialize_with = "license::digits")]
    plan_united_type: Option<String>,
    license_info_list: Option<Vec<Info>>,
    #[serde(deserialize_with = "lenient::text")]
    user_created_at: Option<String>,
    last_login_time: Value,
    #[serde(deserialize_with = "lenient::text")]
    last_client_version: Option<String>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Phone {
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(skip_serializing)]
    verified: Option<bool>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(default)]
pub struct Attribute {
    #[serde(deserialize_with = "lenient::text")]
    pub key: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(deserialize_with = "lenient::text", skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
}

impl User {
    pub fn license(&self) -> License {
        license_of(self.kind)
    }

    fn last_login(&self) -> (LastLogin, Option<String>) {
        match &self.last_login_time {
            Value::Null => (LastLogin::Never, None),
            Value::String(text) if text.is_empty() => (LastLogin::Never, None),
            Value::String(text) if Moment::parse(text).is_some() => (LastLogin::Known, Some(text.clone())),
            _ => (LastLogin::Unknown, None),
        }
    }
}

pub fn license_of(kind: Option<i64>) -> License {
    match kind {
        Some(1) => License::Basic,
        Some(2) => License::Licensed,
        Some(4) => License::Unassigned,
        Some(99) => License::None,
        _ => License::Other,
    }
}

/// Zoom's number of a licence to give.
pub fn license_number(license: NewLicense) -> u8 {
    match license {
        NewLicense::Basic => 1,
        NewLicense::Licensed => 2,
        NewLicense::Unassigned => 4,
        NewLicense::None => 99,
    }
}

fn login_type(number: i64) -> LoginType {
    match number {
        0 => LoginType::Facebook,
        1 => LoginType::Google,
        24 => LoginType::Apple,
        27 => LoginType::Microsoft,
        97 => LoginType::MobileDevice,
        98 => LoginType::RingCentral,
        99 => LoginType::Api,
        100 => LoginType::Zoom,
        101 => LoginType::Sso,
        _ => LoginType::Other,
    }
}

/// Names of the roles that every account has; lists give only their ids.
pub fn standard_role(id: &str) -> Option<&'static str> {
    match id {
        "0" => Some("Owner"),
        "1" => Some("Admin"),
        "2" => Some("Member"),
        _ => None,
    }
}

impl From<User> for Public {
    fn from(user: User) -> Self {
        let (last_login, last_login_at) = user.last_login();
        let standard = user.role_id.as_deref().and_then(standard_role);
        Self {
            license: user.license(),
            licenses: license::details(
                user.license_info_list.unwrap_or_default(),
                user.zoom_one_type.as_deref(),
                user.plan_united_type.as_deref(),
            ),
            status: match user.status.as_deref() {
                Some("active") => UserStatus::Active,
                Some("inactive") => UserStatus::Inactive,
                Some("pending") => UserStatus::Pending,
                _ => UserStatus::Other,
            },
            verified: user.verified.map(|number| number == 1),
            id: user.id,
            email: user.email,
            first_name: user.first_name,
            last_name: user.last_name,
            display_name: user.display_name,
            role_id: user.role_id,
            role_name: user.role_name.or_else(|| standard.map(str::to_owned)),
            groups: user.group_ids.unwrap_or_default().into_iter().map(|id| UserGroup { id, name: None }).collect(),
            department: user.dept,
            job_title: user.job_title,
            company: user.company,
            location: user.location,
            cost_center: user.cost_center,
            manager: user.manager,
            employee_id: user.employee_unique_id,
            phone_numbers: user.phone_numbers.unwrap_or_default().into_iter().map(Phone::public).collect(),
            custom_attributes: user
                .custom_attributes
                .unwrap_or_default()
                .into_iter()
                .filter_map(Attribute::public)
                .collect(),
            pronouns: user.pronouns,
            timezone: user.timezone,
            language: user.language,
            login_types: user.login_types.unwrap_or_default().into_iter().map(login_type).collect(),
            account_id: user.account_id,
            account_number: user.account_number,
            personal_meeting_id: user.pmi,
            personal_meeting_url: user.personal_meeting_url,
            vanity_url: user.vanity_url,
            picture_url: user.pic_url,
            divisions: user.division_ids.unwrap_or_default(),
            created_at: user.user_created_at,
            last_login,
            last_login_at,
            last_client_version: user.last_client_version,
        }
    }
}

impl Phone {
    fn public(self) -> PhoneNumber {
        PhoneNumber {
            code: self.code,
            country: self.country,
            label: self.label,
            number: self.number,
            verified: self.verified,
        }
    }

    pub fn of(phone: PhoneNumber) -> Self {
        Self { code: phone.code, country: phone.country, label: phone.label, number: phone.number, verified: None }
    }
}

impl Attribute {
    fn public(self) -> Option<CustomAttribute> {
        Some(CustomAttribute { key: self.key?, name: self.name, value: self.value })
    }

    pub fn of(attribute: CustomAttribute) -> Self {
        Self { key: Some(attribute.key), name: attribute.name, value: attribute.value }
    }
}
