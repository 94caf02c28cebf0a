//! `connectionid` and `conferenceid`: one of the two, never both (4.1 to 4.10).

use crate::error::Fault;
use crate::id::EndPoint;
use crate::xml::{Attributes, Element, Tag};

/// Takes both attributes; giving both is the error the draft names.
pub(crate) fn optional_endpoint(
    element: &Element,
    attributes: &mut Attributes<'_>,
) -> Result<Option<EndPoint>, Fault> {
    let connection = attributes.id("connectionid")?.map(EndPoint::Connection);
    let conference = attributes.id("conferenceid")?.map(EndPoint::Conference);
    if connection.is_some() && conference.is_some() {
        return Err(element.fault(format!(
            "<{}> has both connectionid and conferenceid; keep the one it is about",
            element.name
        )));
    }
    Ok(connection.or(conference))
}

/// The same where one of the two is mandatory.
pub(crate) fn required_endpoint(
    element: &Element,
    attributes: &mut Attributes<'_>,
) -> Result<EndPoint, Fault> {
    optional_endpoint(element, attributes)?.ok_or_else(|| {
        element.fault(format!(
            "<{}> needs a connectionid or a conferenceid; add the one it is about",
            element.name
        ))
    })
}

impl Tag<'_> {
    pub(crate) fn endpoint(self, endpoint: Option<&EndPoint>) -> Self {
        match endpoint {
            Some(EndPoint::Connection(id)) => self.attribute("connectionid", id),
            Some(EndPoint::Conference(id)) => self.attribute("conferenceid", id),
            None => self,
        }
    }
}
