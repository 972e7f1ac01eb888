"""A run of the benchmark in the terminal, and as Markdown for the documents."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table

from gongji.lab.bench import CONNECTIONS, Bench
from gongji.lab.figures import Line, cpu_by_part, lines
from gongji.lab.inprocess import PARTS

_HEADS = ("measure", "a second", "beside it", "times", "p50 ms", "p99 ms")


def show(found: Bench, console: Console) -> None:
    """Print everything that was measured."""
    console.print(table("Gongji 共济", _HEADS, [_cells(line) for line in lines(found)]))
    for title, heads, rows in _further(found):
        console.print(table(title, heads, rows))
    for said in _about(found):
        console.print(said, highlight=False, soft_wrap=True)


def table(title: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table for the terminal, its first column to the left."""
    made = Table(title=title, title_justify="left")
    for n, head in enumerate(heads):
        made.add_column(head, justify="left" if n == 0 else "right")
    for row in rows:
        made.add_row(*row)
    return made


def markdown(found: Bench) -> str:
    """The same as Markdown tables."""
    parts = [_markdown(_HEADS, [_cells(line, "; ") for line in lines(found)])]
    parts += [f"{title}:\n\n{_markdown(heads, rows)}" for title, heads, rows in _further(found)]
    return "\n\n".join([*parts, "\n".join(f"- {said}" for said in _about(found))]) + "\n"


def _markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in (heads, rule, *rows))


def _cells(line: Line, between: str = "\n") -> list[str]:
    return [
        line.label.en,
        f"{line.figure:,.0f}",
        between.join(f"{each.name.en}: {each.figure:,.0f}" for each in line.beside),
        between.join(f"{each.ratio(line.figure):.2f}" for each in line.beside),
        "" if line.p50_ms is None else f"{line.p50_ms:.1f}",
        "" if line.p99_ms is None else f"{line.p99_ms:.1f}",
    ]


def _further(found: Bench) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Where the time and the memory go."""
    for store in dict.fromkeys(row.store for row in found.in_process):
        runs = [row for row in found.in_process if row.store == store]
        heads = [f"In process, {store}: µs a settlement", *(f"batches of {r.batch}" for r in runs)]
        rows = [
            ["by the clock", *(f"{run.each_us:.1f}" for run in runs)],
            ["of it our processor time", *(f"{run.cpu_us:.1f}" for run in runs)],
            *([f"{part}", *(f"{run.times_us[part]:.1f}" for run in runs)] for part in PARTS),
            ["p50 of a batch, ms", *(f"{run.p50_ms:.1f}" for run in runs)],
            ["p99 of a batch, ms", *(f"{run.p99_ms:.1f}" for run in runs)],
        ]
        yield "Where the time goes", heads, rows
    if found.http:
        kept = [(each, cpu_by_part(found, each)) for each in found.http]
        names = list(dict.fromkeys(name for _, parts in kept for name in parts))
        heads = ["Over HTTP: µs of processor a settlement", *names, "statuses"]
        rows = [
            [
                f"{each.part}, over {each.load.connections}",
                *(f"{parts[name]:.0f}" if name in parts else "" for name in names),
                ", ".join(f"{status}: {n:,}" for status, n in sorted(each.load.statuses.items())),
            ]
            for each, parts in kept
        ]
        yield "Where the processors go", heads, rows
    memory = [
        [f"{each.people:,} people, {each.part}", *(str(each.memory_mb.get(k, "")) for k in _HELD)]
        for each in found.http
        if each.part in {"http", "onefold", "tenfold"}
        if each.load.connections == CONNECTIONS and each.memory_mb
    ]
    if memory:
        yield "Memory", ["MB", "the largest worker, at its peak", "the database"], memory


_HELD = ("worker", "server")


def _about(found: Bench) -> Iterator[str]:
    """What one must know to read the figures."""
    made = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    yield f"{found.day}, {found.processors} cores of {found.processor}, load {found.busy:.1f}; {made}"
    if found.settings:
        yield "PostgreSQL " + ", ".join(f"{name}={value}" for name, value in found.settings.items())
    if found.http:
        yield f"{found.http[0].workers} workers; the client shares the processors with the service"
    for each in found.pgbench:
        told = f"{each.a_second:,.0f} a second, {each.latency_ms:.1f} ms on average"
        yield f"pgbench -M prepared, TPC-B, scale {found.plan.scale}, {each.clients} clients: {told}"
    if not found.pgbench and "PostgreSQL" in found.versions:
        yield "pgbench is not on this machine: the figures stand without it"
    for city in found.built:
        yield f"a city of {city.people:,} people on {city.store}: built in {city.seconds:.1f} s"
    for batch in found.batches:
        if batch.memory_mb is not None:
            yield f"{batch.name} on {batch.store}: this process held {batch.memory_mb} MB at most"
