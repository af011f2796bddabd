using System.Text;
using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Dispatch;

/// <summary>The managers that this node knows, kept on the disk so that it finds them again after a restart. Thread-safe.</summary>
internal sealed class ManagerList
{
    private readonly string path;
    private readonly Lock gate = new();
    private ValueList<ManagerAddress> known;
    private string? leader;

    private ManagerList(string path, ValueList<ManagerAddress> known) => (this.path, this.known) = (path, known);

    /// <summary>All managers known.</summary>
    public ValueList<ManagerAddress> Known
    {
        get
        {
            lock (gate)
                return known;
        }
    }

    /// <summary>Where to ask for the leader: the last one first.</summary>
    public IReadOnlyList<string> Candidates
    {
        get
        {
            lock (gate)
                return [.. known.Select(manager => manager.Address).Prepend(leader).OfType<string>().Distinct()];
        }
    }

    /// <summary>Whether a node is one of them.</summary>
    public bool Names(string nodeId) => Known.Any(manager => manager.NodeId == nodeId);

    /// <summary>Reads the list. Throws <see cref="SwarmException"/> where it is damaged.</summary>
    public static ManagerList Load(string path)
    {
        try
        {
            return new(path, File.Exists(path) ? Read(File.ReadAllText(path)) : []);
        }
        catch (Exception damage) when (damage is JsonException or InvalidDataException)
        {
            throw new SwarmException(
                SwarmErrorCode.FailedPrecondition,
                $"{path} is damaged: {damage.Message.TrimEnd('.')}. Put back a copy of it, or leave the swarm by force and join again.",
                damage);
        }
    }

    /// <summary>Takes the managers that there are now, and keeps them; none is no news.</summary>
    public void Learn(ValueList<ManagerAddress> managers)
    {
        lock (gate)
        {
            if (managers.Count == 0 || managers == known)
                return;
            DurableFile.Write(path, Encoding.UTF8.GetBytes(DigestedText.SealJson(ApiJson.Write(new Kept(managers)))));
            known = managers;
        }
    }

    /// <summary>Takes whoever leads now.</summary>
    public void Leads(string address)
    {
        lock (gate)
            leader = address;
    }

    /// <summary>Earlier versions kept the bare list.</summary>
    private static ValueList<ManagerAddress> Read(string text)
    {
        var json = DigestedText.OpenJson(text, "[");
        return json.StartsWith('{') ? ApiJson.Read<Kept>(json).Managers : ApiJson.Read<ValueList<ManagerAddress>>(json);
    }

    /// <summary>The file's content.</summary>
    private sealed record Kept([property: JsonRequired] ValueList<ManagerAddress> Managers);
}
