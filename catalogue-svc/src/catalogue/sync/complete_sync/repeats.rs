//! Rows of a snapshot that are not told apart are set aside before anything else.

use std::collections::{HashMap, HashSet};

use shared::{code::Code, database::Transaction, identity::Merchant, time::Micros};

use crate::{
    catalogue::{Catalogue, Error},
    domain::{
        finding::{FindingKind, Subject},
        listing::{ChannelListingId, ListingCode},
        sync::{
            matching::Sort,
            repeats::{self, Row},
            session::{Scope, Session},
            stated::Stated,
        },
    },
    storage::{
        finding,
        sync::{
            item::{self, CodeColumn, Judged, Repeated, Stage},
            presence,
        },
    },
};

impl Catalogue {
    /// Rows of one code that nothing tells apart: one of those that state the same is applied, of others none.
    pub(super) async fn set_repeated_aside(
        &self,
        transaction: &Transaction,
        merchant: &Merchant,
        session: &Session,
        now: Micros,
    ) -> Result<(), Error> {
        let mut findings = vec![];
        let mut judged: HashMap<i64, Judged> = HashMap::new();
        for column in [CodeColumn::ChannelListingId, CodeColumn::Csku] {
            for (code, mut rows) in not_apart(transaction, merchant, session, column).await? {
                // What was row N again of one code is that of the other, too.
                rows.retain(|row| judged.get(&row.place).is_none_or(|own| !own.verdict.reasons.is_empty()));
                if rows.len() < 2 {
                    continue;
                }
                let repeats = repeats::judge(session.account_id, &code, &rows);
                for (place, verdict) in repeats.verdicts {
                    judged.entry(place).or_insert(Judged { place, stage: Stage::Done, listing_id: None, verdict });
                }
                findings.extend(repeats.finding);
            }
        }
        let judged: Vec<Judged> = judged.into_values().collect();
        item::judge(transaction, merchant, session.sync_id, &judged).await?;
        let kind = FindingKind::RepeatedInSnapshot;
        let mut known = presence::open_findings(transaction, merchant, session.account_id, kind).await?;
        if session.scope == Scope::Partial {
            // Some listings say nothing of the others: only what is uploaded is judged again.
            let stated = stated_subjects(transaction, merchant, session).await?;
            known.retain(|(_, subject)| stated.contains(subject));
        }
        finding::settle(transaction, merchant, known, findings, now).await?;
        Ok(())
    }
}

/// The codes whose rows are not told apart, with the rows and what they state.
async fn not_apart(
    transaction: &Transaction,
    merchant: &Merchant,
    session: &Session,
    column: CodeColumn,
) -> Result<Vec<(ListingCode, Vec<Row>)>, Error> {
    let found = item::repeated(transaction, merchant, session.sync_id, column).await?;
    let mut alike = vec![];
    for same in found.chunk_by(|a, b| a.code == b.code) {
        let Some(code) = same.first().and_then(|row| code(column, &row.code)) else { continue };
        let rows: Vec<Row> = same.iter().map(row).collect();
        match column {
            CodeColumn::Csku => alike.extend(repeats::not_apart(&rows).into_iter().map(|rows| (code.clone(), rows))),
            CodeColumn::ChannelListingId => alike.push((code, rows)),
        }
    }
    let places = alike.iter().flat_map(|(_, rows)| rows.iter().map(|row| row.place)).collect();
    let items = item::at(transaction, merchant, session.sync_id, places).await?;
    let stated: HashMap<i64, Stated> =
        items.iter().filter_map(|(place, item)| Some((*place, Stated::parse(item).ok()?))).collect();
    for row in alike.iter_mut().flat_map(|(_, rows)| rows) {
        row.stated = stated.get(&row.place).cloned();
    }
    Ok(alike)
}

fn row(of: &Repeated) -> Row {
    let sort = if of.rank == Stated::GROUP_RANK { Sort::Group } else { Sort::Sold };
    Row {
        place: of.place,
        row: of.row,
        sort: of.verdict.is_none().then_some(sort),
        has_id: of.has_other,
        told: of.verdict.clone(),
        stated: None,
    }
}

/// A code as a column holds it.
fn code(column: CodeColumn, text: &str) -> Option<ListingCode> {
    match column {
        CodeColumn::Csku => Code::parse(text).ok().map(ListingCode::Csku),
        CodeColumn::ChannelListingId => ChannelListingId::parse(text).ok().map(ListingCode::ChannelListingId),
    }
}

/// What findings about repeated codes would be about, for each code of the upload.
async fn stated_subjects(
    transaction: &Transaction,
    merchant: &Merchant,
    session: &Session,
) -> Result<HashSet<Subject>, Error> {
    let mut subjects = HashSet::new();
    for column in [CodeColumn::Csku, CodeColumn::ChannelListingId] {
        let codes = item::codes(transaction, merchant, session.sync_id, column).await?;
        let codes = codes.iter().filter_map(|text| code(column, text));
        subjects.extend(codes.map(|code| repeats::subject(session.account_id, &code)));
    }
    Ok(subjects)
}
