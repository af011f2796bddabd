using System.Net;
using System.Text;
using Newtonsoft.Json;
using SwarmPS.Api;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Composition;

/// <summary>Which swarm this node is in, kept in <c>node.json</c>. Written last when a node enters a swarm, so that it marks a complete entry.</summary>
internal sealed record NodeFile
{
    private const string Begins = "{\"NodeId\"";

    /// <summary>This node.</summary>
    [JsonRequired]
    public string NodeId { get; init; } = "";

    /// <summary>The swarm.</summary>
    [JsonRequired]
    public string SwarmId { get; init; } = "";

    /// <summary>Where managers listen: <c>IP:PORT</c>.</summary>
    [JsonRequired]
    public string ListenAddr { get; init; } = "";

    /// <summary>Where other nodes reach this one: <c>IP:PORT</c>.</summary>
    [JsonRequired]
    public string AdvertiseAddr { get; init; } = "";

    /// <summary>The address of the data plane.</summary>
    public string? DataPathAddr { get; init; }

    /// <summary>Whether the node is a member of the managers' quorum, or may be; where nothing is said, as its certificate says.</summary>
    public bool? InQuorum { get; init; }

    /// <summary>
    /// Where the quorum has been asked to take the node in, and the node's log does not say yet that it did: the entry of the members that the leader
    /// had before. The log is kept and the quorum asked again, also after a restart, until then or until the node is a worker. Else null.
    /// </summary>
    public long? JoinedAfter { get; init; }

    /// <summary>These members: where their logs listen, <c>IP:PORT</c>.</summary>
    public ValueList<string>? JoinedTo { get; init; }

    /// <summary>Reads the file; null where this node is in no swarm. Throws <see cref="DataException"/> where it is damaged.</summary>
    public static NodeFile? Load(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var node = ApiJson.Read<NodeFile>(DigestedText.OpenJson(File.ReadAllText(path), Begins));
            foreach (var address in (string[])[node.ListenAddr, node.AdvertiseAddr])
            {
                if (!IPEndPoint.TryParse(address, out _))
                    throw new InvalidDataException($"'{address}' is no address");
            }
            return node;
        }
        catch (Exception damage) when (damage is JsonException or InvalidDataException)
        {
            throw new DataException(
                $"{path} is damaged: {damage.Message.TrimEnd('.')}. Restore it from a backup (remove its SHA256 field if you have edited it); or move the data root away to start this node anew, outside its swarm.",
                damage);
        }
    }

    /// <summary>Writes the file whole or not at all.</summary>
    public void Save(string path) => DurableFile.Write(path, Encoding.UTF8.GetBytes(DigestedText.SealJson(ApiJson.Write(this))));
}

/// <summary>The daemon refuses to run on locked or damaged data; the message says what to do. Exit code 2.</summary>
internal sealed class DataException(string message, Exception? inner = null) : Exception(message, inner);
