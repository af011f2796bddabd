using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Agent;

/// <summary>The folders in memory of this node's tasks: one for each task whose spec names secrets or configs.</summary>
/// <param name="root">The folder of all of them.</param>
/// <param name="shelf">What their files hold.</param>
internal sealed class TaskFolders(string root, PayloadShelf shelf)
{
    /// <summary>The files of a task.</summary>
    public IReadOnlyList<TaskFile> FilesOf(SwarmTask task) => TaskFile.Of(task, PathOf(task.Id));

    /// <summary>
    /// Makes a task's files anew, once their payloads are known, those that are templates filled in for the task. Throws <see cref="Containers.TaskRefusedException"/> where they cannot be.
    /// </summary>
    public async Task MakeAsync(SwarmTask task, NodeDescription? node, CancellationToken stop)
    {
        var files = FilesOf(task);
        if (files.Count == 0)
            return;
        var payloads = new List<(TaskFile File, AssignedPayload Payload)>(files.Count);
        foreach (var file in files)
            payloads.Add((file, await shelf.GetAsync(file, stop).ConfigureAwait(false)));
        new MemoryFolder(PathOf(task.Id)).Make(PayloadFilling.Of(task, node, payloads));
    }

    /// <summary>Empties a task's files: its container has ended.</summary>
    public void Empty(string taskId) => new MemoryFolder(PathOf(taskId)).Empty();

    /// <summary>Takes a task's files away: its container is gone.</summary>
    public void Remove(string taskId) => new MemoryFolder(PathOf(taskId)).Remove();

    /// <summary>Takes away the files of all tasks but those that are known.</summary>
    public void Sweep(Func<string, bool> isKnown)
    {
        if (!Directory.Exists(root))
            return;
        foreach (var folder in Directory.EnumerateDirectories(root).ToList())
        {
            if (!isKnown(Path.GetFileName(folder)))
                new MemoryFolder(folder).Remove();
        }
    }

    /// <summary>Takes everything away: the node leaves its swarm.</summary>
    public void RemoveAll()
    {
        Sweep(_ => false);
        if (Directory.Exists(root))
            Directory.Delete(root);
    }

    private string PathOf(string taskId) => Path.Combine(root, taskId);
}
