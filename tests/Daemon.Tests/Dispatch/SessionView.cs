using SwarmPS.Daemon.Dispatch;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Tests.Dispatch;

/// <summary>What a node knows from all messages of its session, however they were cut.</summary>
internal sealed class SessionView
{
    public SortedDictionary<string, SwarmTask> Tasks { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> Payloads { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, NodeNetwork> Networks { get; } = new(StringComparer.Ordinal);

    public ValueList<MeshPort> Ports { get; private set; } = [];

    public TunnelKeyRing? Keys { get; private set; }

    public ulong Confirm { get; private set; }

    public IEnumerable<string> TasksOf(string network) => Networks.TryGetValue(network, out var found) ? found.Endpoints.Select(endpoint => endpoint.Task) : [];

    public void Take(Assignments message)
    {
        if (message.Complete)
        {
            Tasks.Clear();
            Payloads.Clear();
            Networks.Clear();
            (Ports, Keys) = ([], null);
        }
        foreach (var task in message.Tasks)
            Tasks[task.Id] = task;
        foreach (var id in message.Removed)
            Tasks.Remove(id);
        Payloads.UnionWith(message.Payloads.Select(payload => payload.Id));
        Payloads.ExceptWith(message.RemovedPayloads);
        foreach (var network in message.Networks)
            Networks[network.Id] = network;
        foreach (var id in message.RemovedNetworks)
            Networks.Remove(id);
        Ports = message.MeshPorts ?? Ports;
        Keys = message.TunnelKeys is { } keys ? (keys.Keys.Count > 0 ? keys : null) : Keys;
        Confirm = message.Confirm != 0 ? message.Confirm : Confirm;
    }

    public override string ToString() =>
        $"tasks {string.Join(", ", Tasks.Values.Select(task => $"{task.Id} {task.DesiredState}"))}; payloads {string.Join(", ", Payloads)}; " +
        $"networks {string.Join(", ", Networks.Keys.Select(id => $"{id}({string.Join(' ', TasksOf(id))})"))}; ports {string.Join(", ", Ports)}; keys {Keys?.Epoch}";
}
