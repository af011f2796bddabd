using SwarmPS.Cmdlets.Pipeline;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>A task as tables and engines call it: <c>web.3</c>, or with its id <c>web.3.u8k…</c>. Names of services and ids have no dot.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="Place">The slot, or the node's id for a global service.</param>
/// <param name="Id">The task's id or its beginning; empty where it was not written.</param>
internal sealed record TaskName(string Service, string Place, string Id)
{
    /// <summary>The name that a text is; null where it is a service, an id or a pattern.</summary>
    public static TaskName? Parse(string text) => Selection.IsPattern(text) ? null : text.Split('.') switch
    {
        [var service, var place] => new(service, place, ""),
        [var service, var place, var id] => new(service, place, id),
        _ => null,
    };
}
