using ModelTask = SwarmPS.Model.SwarmTask;

namespace SwarmPS.Cmdlets.SwarmTask;

/// <summary>Tasks of one service that a user means.</summary>
/// <param name="ServiceId">The service's id.</param>
/// <param name="Place">Which of them; null for all.</param>
internal sealed record ServiceTasks(string ServiceId, Func<ModelTask, bool>? Place)
{
    /// <summary>Whether a task is one of them.</summary>
    public bool Fits(ModelTask task) => task.ServiceId == ServiceId && (Place?.Invoke(task) ?? true);
}
