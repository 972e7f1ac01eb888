"""账簿核验页: a proof is begun by a press and runs beside the payments; its result is kept."""

import logging
from typing import Any

from litestar import get, post
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from gongji.desk.applications import Act, leave_trace
from gongji.desk.counter import Counter
from gongji.desk.office import Session
from gongji.desk.ports import RunState
from gongji.desk.proving import RUN, begin_proof, end_proof, proof_of, proofs_in, walk
from gongji.faces.auditor.shared import AUDITOR
from gongji.faces.limits import Rule
from gongji.faces.visit import Visit
from gongji.terms import moment

log = logging.getLogger("gongji.faces")


def _id(run: RunState) -> str:
    return run.name.removeprefix(f"{RUN}/")


@get("/auditor/proofs", opt=AUDITOR, include_in_schema=False)
async def proofs(request: Visit) -> Any:
    """The proofs so far, and a button for another."""
    region = request.me.region
    runs = await request.counter.ask(lambda session: proofs_in(session, region))
    return request.page(
        "auditor/proofs.html", runs=[(_id(run), run) for run in runs[:50]], moment_of=moment
    )


@post("/auditor/proofs", opt=AUDITOR, include_in_schema=False)
async def begin(request: Visit) -> Any:
    """Begin a proof, once for the form's id, and lead to its page."""
    form, me = await request.sent(), request.me
    request.limit(Rule.PROOF, me.subject)
    act = Act("proof", None, request.address, form.id)

    def begun(session: Session) -> bool:
        fresh = session.unit.run_state(me.region, f"{RUN}/{form.id}") is None
        begin_proof(session, me.region, form.id)
        if fresh:
            leave_trace(session, me, act)
        return fresh

    fresh = await request.counter.do(begun, me.region)
    task = BackgroundTask(_walk, request.counter, me.region, form.id) if fresh else None
    return Redirect(f"/auditor/proofs/{form.id}", status_code=303, background=task)


async def _walk(counter: Counter, region: str, id: str) -> None:
    """The proof itself, after the answer has gone out. A proof that fails stays unfinished."""
    try:
        walked = await counter.ask(walk)
        await counter.do(lambda session: end_proof(session, region, id, walked), region)
    except Exception:
        log.exception("a proof of the books failed")


@get("/auditor/proofs/{id:str}", opt=AUDITOR, include_in_schema=False)
async def proof(request: Visit, id: FromPath[str]) -> Any:
    """A proof's result; while it runs the page loads itself again."""
    region = request.me.region
    found = await request.counter.ask(lambda session: proof_of(session, region, id))
    if found is None:
        raise NotFoundException
    return request.page("auditor/proof.html", found=found, moment_of=moment)


ROUTES = [proofs, begin, proof]
