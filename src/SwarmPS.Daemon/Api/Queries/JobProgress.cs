using SwarmPS.Model;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Api.Queries;

/// <summary>How far the present run of a job has come, counted by slots: a slot may need several attempts.</summary>
/// <param name="Total">Slots that should complete; of a global job those there are tasks for.</param>
/// <param name="Concurrent">Slots that may be on their way at a time.</param>
/// <param name="Running">Slots whose task runs.</param>
/// <param name="Completed">Slots that have completed.</param>
/// <param name="Failed">Slots that have failed for good.</param>
internal readonly record struct JobProgress(int Total, int Concurrent, int Running, int Completed, int Failed)
{
    /// <summary>Counts a job's tasks.</summary>
    public static JobProgress Of(Snapshot state, Service service, JobStatus run)
    {
        var mode = service.Spec.Mode?.ReplicatedJob;
        var (running, completed, failed, slots) = (0, 0, 0, 0);
        foreach (var slot in state.TasksOfService(service.Id)
            .Where(task => task.JobIteration == run.JobIteration && task.DesiredState != TaskState.Remove)
            .GroupBy(task => (task.Slot, mode is null ? task.NodeId : "")))
        {
            var live = slot.Where(task => task.DesiredState < TaskState.Shutdown).ToList();
            if (slot.Any(task => task.Status.State == TaskState.Complete))
                completed++;
            else if (live.Exists(task => task.Status.State == TaskState.Running))
                running++;
            else if (live.Count == 0 && slot.Any(task => task.Status.State is TaskState.Failed or TaskState.Rejected))
                failed++;
            else if (live.Count == 0)
                continue;
            slots++;
        }
        var most = (int)(mode?.MaxConcurrent ?? 1);
        return mode is null ? new(slots, slots, running, completed, failed) : new((int)(mode.TotalCompletions ?? (ulong)most), most, running, completed, failed);
    }

    /// <summary>As docker counts: wanted are those that may still be on their way, completed ones not among them.</summary>
    public ServiceStatus ToStatus() => new((ulong)Running, (ulong)Math.Max(0, Math.Min(Concurrent, Total - Completed)), (ulong)Completed);
}
