//! IskuService.

use std::collections::BTreeSet;

use proto::inventory::v1::{
    self as wire, ArchiveIskuRequest, ArchiveIskuResponse, CreateIskuRequest, CreateIskuResponse, EnsureIskuItem,
    EnsureIskusRequest, EnsureIskusResponse, EnsuredIsku, GetIskuRequest, GetIskuResponse, ListIskusRequest,
    ListIskusResponse, RenameIskuRequest, RenameIskuResponse, ResolveIskusRequest, ResolveIskusResponse, ResolvedIsku,
    SearchIskusRequest, SearchIskusResponse, UnarchiveIskuRequest, UnarchiveIskuResponse, UpdateIskuRequest,
    UpdateIskuResponse, ensured_isku, isku_service_server::IskuService, resolved_isku,
};
use shared::{
    caller::Caller,
    code::Code,
    page_token,
    refusal::{Fields, Refusal},
};
use tonic::{Request, Response, Status};

use super::{Api, read, status, unexpected, write};
use crate::{
    domain::{
        self, Answer, Answered,
        answer::{Given, Outcome},
        isku::{Counting, Lifecycle},
    },
    inventory::{Archived, Completeness, Filter, Naming, Resolved},
};

#[tonic::async_trait]
impl IskuService for Api {
    async fn create_isku(&self, request: Request<CreateIskuRequest>) -> Result<Response<CreateIskuResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::create).await?;
        let Answer::Created(isku) = &answer else { return Err(unexpected(&answer)) };
        let merchant = Caller::of(&request)?.merchant;
        let candidates = self.inventory.same_goods(&merchant, isku).await.map_err(status::of)?;
        let candidates = write::candidates(&candidates);
        Ok(Response::new(CreateIskuResponse { isku: Some(write::isku(isku)), replayed, candidates }))
    }

    async fn update_isku(&self, request: Request<UpdateIskuRequest>) -> Result<Response<UpdateIskuResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::update_isku).await?;
        Ok(Response::new(UpdateIskuResponse { isku: Some(changed(&answer)?), replayed }))
    }

    async fn rename_isku(&self, request: Request<RenameIskuRequest>) -> Result<Response<RenameIskuResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::rename_isku).await?;
        Ok(Response::new(RenameIskuResponse { isku: Some(changed(&answer)?), replayed }))
    }

    async fn archive_isku(
        &self,
        request: Request<ArchiveIskuRequest>,
    ) -> Result<Response<ArchiveIskuResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::archive_isku).await?;
        Ok(Response::new(ArchiveIskuResponse { isku: Some(changed(&answer)?), replayed }))
    }

    async fn unarchive_isku(
        &self,
        request: Request<UnarchiveIskuRequest>,
    ) -> Result<Response<UnarchiveIskuResponse>, Status> {
        let (answer, replayed) = self.apply(&request, read::unarchive_isku).await?;
        Ok(Response::new(UnarchiveIskuResponse { isku: Some(changed(&answer)?), replayed }))
    }

    async fn get_isku(&self, request: Request<GetIskuRequest>) -> Result<Response<GetIskuResponse>, Status> {
        let caller = Caller::of(&request)?;
        let mut fields = Fields::default();
        let code = read::code(&mut fields, "code", &request.get_ref().code);
        let code = read::done(fields, code)?;
        let (isku, counting) = self.inventory.get_isku(&caller.merchant, &code).await.map_err(status::of)?;
        let uncounted = counting == Counting::Uncounted;
        Ok(Response::new(GetIskuResponse { isku: Some(write::isku(&isku)), uncounted }))
    }

    async fn list_iskus(&self, request: Request<ListIskusRequest>) -> Result<Response<ListIskusResponse>, Status> {
        let caller = Caller::of(&request)?;
        let ListIskusRequest { page_size, page_token, incomplete_only, show_archived } = request.into_inner();
        let mut fields = Fields::default();
        let size = fields.take("page_size", page_token::size(page_size));
        let size = read::done(fields, size)?;
        let arguments = ("ListIskus", caller.merchant.as_str(), page_size, incomplete_only, show_archived);
        let after: Option<Code> = page_token::decode(&page_token, &arguments)?;
        let filter = Filter {
            completeness: if incomplete_only { Completeness::IncompleteOnly } else { Completeness::Any },
            archived: if show_archived { Archived::Shown } else { Archived::Hidden },
        };
        let page = self.inventory.list_iskus(&caller.merchant, filter, after.as_ref(), size).await;
        let (iskus, next) = page.map_err(status::of)?;
        let next_page_token = next.map(|code| page_token::encode(&arguments, &code)).unwrap_or_default();
        Ok(Response::new(ListIskusResponse { iskus: iskus.iter().map(write::isku).collect(), next_page_token }))
    }

    async fn search_iskus(
        &self,
        request: Request<SearchIskusRequest>,
    ) -> Result<Response<SearchIskusResponse>, Status> {
        let caller = Caller::of(&request)?;
        let request = request.into_inner();
        let (search, size) = read::search(&request)?;
        let archived = if request.show_archived { Archived::Shown } else { Archived::Hidden };
        let found = self.inventory.search_iskus(&caller.merchant, &search, archived, size).await.map_err(status::of)?;
        Ok(Response::new(write::found(&found)))
    }

    async fn resolve_iskus(
        &self,
        request: Request<ResolveIskusRequest>,
    ) -> Result<Response<ResolveIskusResponse>, Status> {
        let caller = Caller::of(&request)?;
        let asked = read::codes("codes", request.into_inner().codes)?;
        let codes: BTreeSet<Code> = asked.iter().filter_map(|(_, code)| code.clone().ok()).collect();
        let resolved = self.inventory.resolve_iskus(&caller.merchant, &codes).await.map_err(status::of)?;
        let result = |(text, code): read::AskedCode| match code {
            Ok(code) => resolved_isku(text, resolved.get(&code)),
            Err(problem) => ResolvedIsku {
                code: text,
                status: resolved_isku::Status::Invalid.into(),
                problem: problem.to_string(),
                ..Default::default()
            },
        };
        Ok(Response::new(ResolveIskusResponse { results: asked.into_iter().map(result).collect() }))
    }

    async fn ensure_iskus(
        &self,
        request: Request<EnsureIskusRequest>,
    ) -> Result<Response<EnsureIskusResponse>, Status> {
        let caller = Caller::of(&request)?;
        let items = request.into_inner().items;
        let mut fields = Fields::default();
        read::count(&mut fields, "items", items.len(), 1, read::BATCH_MAX);
        fields.finish()?;
        let (mut sound, mut read) = (vec![], vec![]);
        for item in &items {
            read.push(read::ensure(item).map(|requested| sound.push(requested)));
        }
        let answers = self.inventory.ensure_iskus(&caller, sound).await;
        let mut answers = answers.map_err(status::of)?.into_iter();
        let result = |(item, read): (&EnsureIskuItem, Result<(), Refusal>)| match read {
            Err(refusal) => Ok(rejected(item, refusal)),
            Ok(()) => match answers.next() {
                Some(Ok(answered)) => ensured(item, answered),
                Some(Err(error)) => Ok(refused(item, &error)),
                None => Err(Refusal::internal(&"an item got no answer").into()),
            },
        };
        let results = items.iter().zip(read).map(result).collect::<Result<_, Status>>()?;
        Ok(Response::new(EnsureIskusResponse { results }))
    }
}

/// Near codes that are named beside the candidates, at most.
const NEAR_MAX: usize = 5;

fn changed(answer: &Answer) -> Result<wire::Isku, Status> {
    let Answer::Changed(isku) = answer else { return Err(unexpected(answer)) };
    Ok(write::isku(isku))
}

fn resolved_isku(code: String, resolved: Option<&Resolved>) -> ResolvedIsku {
    use resolved_isku::Status;
    let mangled = Code::parse(&code).is_ok_and(|code| code.is_mangled());
    match resolved {
        Some(Resolved::Isku { isku, naming, stock, counting }) => {
            let status = match (isku.lifecycle, naming) {
                (Lifecycle::Archived, _) => Status::Archived,
                (Lifecycle::Active, Naming::Code) => Status::Found,
                (Lifecycle::Active, Naming::Alias) => Status::ByAlias,
            };
            ResolvedIsku {
                code,
                status: status.into(),
                isku: Some(write::isku(isku)),
                stock: stock.iter().map(write::stock).collect(),
                mangled,
                uncounted: *counting == Counting::Uncounted,
                ..Default::default()
            }
        }
        Some(Resolved::NotFound(near)) => ResolvedIsku {
            code,
            status: Status::NotFound.into(),
            near_codes: near
                .iter()
                .filter_map(|one| one.near_code.as_ref())
                .take(NEAR_MAX)
                .map(ToString::to_string)
                .collect(),
            candidates: write::candidates(near),
            mangled,
            ..Default::default()
        },
        None => ResolvedIsku { code, status: Status::NotFound.into(), ..Default::default() },
    }
}

fn ensured(item: &EnsureIskuItem, Answered { answer, given }: Answered) -> Result<EnsuredIsku, Status> {
    let Answer::Ensured(ensured) = answer else { return Err(unexpected(&answer)) };
    let (outcome, different_fields) = match &ensured.outcome {
        Outcome::Created => (ensured_isku::Outcome::Created, vec![]),
        Outcome::Exists => (ensured_isku::Outcome::Exists, vec![]),
        Outcome::ExistsDifferent(fields) => (ensured_isku::Outcome::ExistsDifferent, fields.clone()),
    };
    let was_created = ensured.outcome == Outcome::Created;
    let negative = item.opening_stock.iter().filter(|line| was_created && line.quantity < 0);
    let counting = ensured.isku.counting(&ensured.stock);
    Ok(EnsuredIsku {
        code: Code::asked(&item.code),
        outcome: outcome.into(),
        isku: Some(write::isku(&ensured.isku)),
        different_fields,
        replayed: given == Given::Before,
        stock: ensured.stock.iter().map(write::stock).collect(),
        uncounted: counting == Counting::Uncounted,
        negative_opening: negative.cloned().collect(),
        ..Default::default()
    })
}

fn refused(item: &EnsureIskuItem, error: &domain::Error) -> EnsuredIsku {
    let mut rejected = rejected(item, status::refusal(error));
    match error {
        domain::Error::IskuArchived { isku } => rejected.isku = Some(write::isku(isku)),
        domain::Error::SameGoods { isku_code, candidates } => {
            rejected.outcome = ensured_isku::Outcome::SameGoods.into();
            rejected.candidates = write::candidates(candidates);
            rejected.mangled = isku_code.is_mangled();
        }
        _ => {}
    }
    rejected
}

fn rejected(item: &EnsureIskuItem, refusal: Refusal) -> EnsuredIsku {
    let fields: Vec<String> = refusal.fields.iter().map(|(field, problem)| format!("{field} {problem}")).collect();
    EnsuredIsku {
        code: Code::asked(&item.code),
        outcome: ensured_isku::Outcome::Rejected.into(),
        reason: refusal.reason,
        problem: if fields.is_empty() { refusal.message } else { fields.join("; ") },
        ..Default::default()
    }
}
