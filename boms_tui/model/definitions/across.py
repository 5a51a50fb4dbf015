"""What must hold between documents: names that exist, and processes that do not wait for each other in a circle."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from posixpath import join, normpath

from boms_tui.model import graph
from boms_tui.model.definition import Process
from boms_tui.model.definitions.blocks import Path
from boms_tui.model.definitions.circles import circles
from boms_tui.model.definitions.together import Astray, Known, outside, process_starts
from boms_tui.model.file_pattern import file_pattern
from boms_tui.model.ids import ProcessId
from boms_tui.model.nearest import did_you_mean
from boms_tui.model.picture import Catalogue
from boms_tui.model.rights import BUILT_IN
from boms_tui.model.trigger import FileStart


def astray(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    """Everything in `catalogue` that does not fit together."""
    for check in _CHECKS:
        yield from check(catalogue, known)


def _owners(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    processes = (("process", str(process.id), process.owner) for process in catalogue.processes.values())
    templates = (("template", name, template.owner or "operator") for name, template in known.templates.items())
    for kind, name, owner in (*processes, *templates):
        if owner not in known.roles:
            yield Astray(kind, name, (("owner",),), f"unknown role: {owner}", did_you_mean(owner, known.roles))


def _contacts(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    for kind, document, path, names in _lists_of_contacts(catalogue, known):
        for place, name in enumerate(names):
            if name not in known.contacts:
                paths = ((*path, "contacts", place), ("defaults", "contacts", place))
                yield Astray(kind, document, paths, f"unknown contact: {name}", did_you_mean(name, known.contacts))


def _lists_of_contacts(catalogue: Catalogue, known: Known) -> Iterator[tuple[str, str, Path, Iterable[str]]]:
    for process in catalogue.processes.values():
        yield "process", process.id, (), process.contacts
        for task in process.tasks.values():
            yield "process", process.id, ("tasks", task.name), task.contacts
    for name, template in known.templates.items():
        yield "template", name, (), template.contacts
        yield "template", name, ("defaults",), template.defaults.contacts or ()
        for inner, part in template.tasks.items():
            yield "template", name, ("tasks", inner), part.contacts or ()


def _authorised(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    for kind, document, path, narrowed in _narrowings(catalogue, known):
        for verb, roles in narrowed.items():
            for place, role in enumerate(roles):
                if role not in known.roles:
                    paths = ((*path, "authorised", verb, place), ("defaults", "authorised", verb, place))
                    yield Astray(kind, document, paths, f"unknown role: {role}", did_you_mean(role, known.roles))


def _narrowings(catalogue: Catalogue, known: Known) -> Iterator[tuple[str, str, Path, Mapping[str, Sequence[str]]]]:
    for process in catalogue.processes.values():
        for task in process.tasks.values():
            yield "process", process.id, ("tasks", task.name), task.authorised
    for name, template in known.templates.items():
        yield "template", name, ("defaults",), template.defaults.authorised
        for inner, part in template.tasks.items():
            yield "template", name, ("tasks", inner), part.authorised


def _resources(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    for kind, document, path, needs in _needs(catalogue, known):
        for name, units in needs.items():
            paths = ((*path, "resources", name), ("defaults", "resources", name))
            if name not in known.units:
                hint = did_you_mean(name, known.units)
                yield Astray(kind, document, paths, f"unknown resource: {name}", hint)
            elif _too_many(units, known.units[name]) and (kind == "template" or document in known.changed):
                what = f"needs {units} units of {name}, which has {known.units[name]}: this can never open"
                yield Astray(kind, document, paths, what)


def _shrunk(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    """Resources that have become too small for processes that stay as they are."""
    short: dict[str, list[str]] = {}
    for process in catalogue.processes.values():
        for task in process.tasks.values() if process.id not in known.changed else ():
            for name, units in task.resources.items():
                if _too_many(units, known.units.get(name)):
                    short.setdefault(name, []).append(f"{process.id}:{task.name} ({units})")
    for name, needs in short.items():
        shown = [*needs[:8], "…"] if len(needs) > 9 else needs
        what = f"{known.units[name]} units are too few for {', '.join(shown)}: that can never open"
        yield Astray("resource", name, (("units",),), what, "0 stops all that need it, and is allowed")


def _too_many(units: int, there_are: int | None) -> bool:
    """Whether so many can never be had. A resource with 0 units stops what needs it, on purpose."""
    return units > there_are if there_are else False


def _needs(catalogue: Catalogue, known: Known) -> Iterator[tuple[str, str, Path, Mapping[str, int]]]:
    for process in catalogue.processes.values():
        for task in process.tasks.values():
            yield "process", process.id, ("tasks", task.name), task.resources
    for name, template in known.templates.items():
        yield "template", name, ("defaults",), template.defaults.resources
        for inner, part in template.tasks.items():
            yield "template", name, ("tasks", inner), part.resources


def _calendars(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    named = [
        *(("process", str(process.id), "calendar", process.calendar) for process in catalogue.processes.values()),
        *(("template", name, "calendar", template.calendar or "") for name, template in known.templates.items()),
        *(("calendar", calendar.id, "based_on", calendar.base) for calendar in catalogue.calendars.values()),
    ]
    for kind, document, key, name in named:
        if name and name not in known.calendars:
            hint = did_you_mean(name, known.calendars)
            yield Astray(kind, document, ((key,),), f"unknown calendar: {name}", hint)
    bases = {calendar.id: [calendar.base] if calendar.base else [] for calendar in catalogue.calendars.values()}
    for cycle in graph.cycles(bases):
        names = " is based on ".join((*cycle[:9], cycle[0]))
        yield Astray("calendar", cycle[0], (("based_on",),), f"a cycle: {names}")


def _ladders(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    for contact in catalogue.contacts.values():
        for name in contact.then:
            path = (("then", name),)
            if name == contact.id:
                yield Astray("contact", contact.id, path, f"{name} comes after itself", "name whom to call next")
            elif name not in known.contacts:
                hint = did_you_mean(name, known.contacts)
                yield Astray("contact", contact.id, path, f"unknown contact: {name}", hint)


def _roles(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    for role in catalogue.roles.values():
        if role.id in BUILT_IN:
            yield Astray("role", role.id, (("role",),), f"{role.id} is built in", "choose another name")
        for place, name in enumerate(role.inherits):
            if name not in known.roles:
                path = (("inherits", place),)
                yield Astray("role", role.id, path, f"unknown role: {name}", did_you_mean(name, known.roles))
    for cycle in graph.cycles({role.id: role.inherits for role in catalogue.roles.values()}):
        place = catalogue.roles[cycle[0]].inherits.index(cycle[1 % len(cycle)])
        names = " inherits ".join((*cycle[:9], cycle[0]))
        yield Astray("role", cycle[0], (("inherits", place),), f"a cycle: {names}")


def _other_processes(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    for process in catalogue.processes.values():
        for path, upstream, task in _others(process):
            tasks = known.tasks.get(upstream)
            if upstream not in known.tasks:
                hint = did_you_mean(upstream, known.tasks)
                yield Astray("process", process.id, (path,), f"unknown process: {upstream}", hint)
            elif task is not None and tasks is not None and task not in tasks:
                hint = did_you_mean(task, tasks)
                yield Astray("process", process.id, (path,), f"unknown task: {upstream}:{task}", hint)


def _files(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    """Patterns that would take the runtime's own files, and files that two processes would move over each other."""
    folders: dict[str, ProcessId] = {}
    for process, place, start in _file_starts(catalogue):
        path = ("start", place, "file", "path")
        if known.site.spool and file_pattern(start.check.path, known.site.work).may_lie_in(known.site.spool):
            what = "the pattern matches files of the spool, which the runtime keeps for itself"
            yield Astray("process", process, (path,), what, "have files delivered to a folder of their own")
        owner = folders.setdefault(normpath(start.move_to), process) if start.move_to else process
        if owner != process:
            what = f"{owner} moves its files to {start.move_to} as well"
            yield Astray("process", process, (("start", place, "file", "move_to"),), what, "name another folder")


def _taken_files(catalogue: Catalogue, known: Known) -> Iterator[Astray]:
    """Files that one process takes away from under another that they start as well."""
    takers: dict[str, ProcessId] = {}
    for process, _, start in _file_starts(catalogue):
        if start.takes_away:
            takers.setdefault(normpath(join(known.site.work, start.check.path)), process)
    for process, place, start in _file_starts(catalogue):
        taker = takers.get(normpath(join(known.site.work, start.check.path)), process)
        if taker != process:
            what = f"{taker} takes these files away when they come"
            hint = f"let {taker} start it, or have the files delivered twice"
            yield Astray("process", process, (("start", place, "file", "path"),), what, hint)


def _file_starts(catalogue: Catalogue) -> Iterator[tuple[ProcessId, int, FileStart]]:
    for process in catalogue.processes.values():
        for place, start in enumerate(process.start):
            if isinstance(start, FileStart):
                yield process.id, place, start


def _others(process: Process) -> Iterator[tuple[Path, ProcessId, str | None]]:
    """Every other process, and task of one, that a process names."""
    for path, start in process_starts(process):
        yield path, start.process, start.task
    for path, _, dependency in outside(process):
        yield path, dependency.process or process.id, dependency.task


_CHECKS: tuple[Callable[[Catalogue, Known], Iterator[Astray]], ...] = (
    _owners,
    _contacts,
    _authorised,
    _resources,
    _shrunk,
    _calendars,
    _ladders,
    _roles,
    _other_processes,
    circles,
    _files,
    _taken_files,
)
