using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SwarmPS.Model;

namespace SwarmPS.Notation;

/// <summary>What of a node a constraint looks at.</summary>
public enum ConstraintKey
{
    /// <summary><c>node.id</c></summary>
    NodeId,

    /// <summary><c>node.hostname</c></summary>
    NodeHostname,

    /// <summary><c>node.ip</c>: an address, or a range as <c>10.1.0.0/16</c>.</summary>
    NodeIp,

    /// <summary><c>node.role</c>: worker or manager.</summary>
    NodeRole,

    /// <summary><c>node.platform.os</c></summary>
    PlatformOs,

    /// <summary><c>node.platform.arch</c></summary>
    PlatformArch,

    /// <summary><c>node.labels.*</c>: the administrator's labels.</summary>
    NodeLabel,

    /// <summary><c>engine.labels.*</c>: the labels of the container engine.</summary>
    EngineLabel,
}

/// <summary>A condition on a node, as <c>node.labels.disk == ssd</c>. Made by <see cref="Constraints"/>.</summary>
public sealed record Constraint
{
    private readonly string wanted = "";
    private readonly (byte[] Prefix, int Bits)? range;

    internal Constraint(ConstraintKey key, string label, bool equal, string value)
    {
        (Key, Label, Equal, Value) = (key, label, equal, value);
        wanted = key == ConstraintKey.PlatformArch ? Platforms.Architecture(value) : value;
        range = key == ConstraintKey.NodeIp ? AddressRange(value) : null;
    }

    /// <summary>What is looked at.</summary>
    public ConstraintKey Key { get; }

    /// <summary>The label's key, case kept; empty for what is no label.</summary>
    public string Label { get; }

    /// <summary>True for <c>==</c>, false for <c>!=</c>.</summary>
    public bool Equal { get; }

    /// <summary>What is compared with, whatever its case.</summary>
    public string Value { get; }

    /// <summary>Whether a node meets the condition. A label that is not there counts as an empty one.</summary>
    public bool IsMetBy(Node node) => Matches(node) == Equal;

    /// <inheritdoc/>
    public override string ToString() => $"{Constraints.NameOf(Key)}{Label} {(Equal ? "==" : "!=")} {Value}";

    /// <inheritdoc/>
    public bool Equals(Constraint? other) =>
        other is not null && (Key, Label, Equal, Value) == (other.Key, other.Label, other.Equal, other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Label, Equal, Value);

    /// <summary>An address is a range of one; null where the text is neither.</summary>
    internal static (byte[] Prefix, int Bits)? AddressRange(string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address))
            return null;
        var bytes = Plain(address).GetAddressBytes();
        if (slash < 0)
            return (bytes, bytes.Length * 8);
        return int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var bits) && bits >= 0 && bits <= bytes.Length * 8 ? (bytes, bits) : null;
    }

    private bool Matches(Node node) => Key switch
    {
        ConstraintKey.NodeId => Same(node.Id),
        ConstraintKey.NodeHostname => Same(node.Description?.Hostname),
        ConstraintKey.NodeIp => InRange(node.Status.Addr),
        ConstraintKey.NodeRole => Same(node.Spec.Role == NodeRole.Manager ? "manager" : "worker"),
        ConstraintKey.PlatformOs => Same(node.Description?.Platform?.OS),
        ConstraintKey.PlatformArch => Same(Platforms.Architecture(node.Description?.Platform?.Architecture ?? "")),
        ConstraintKey.NodeLabel => Same(node.Spec.Labels?.Find(Label)),
        ConstraintKey.EngineLabel => Same(node.Description?.Engine?.Labels?.Find(Label)),
    };

    private bool Same(string? actual) => string.Equals(wanted, actual ?? "", StringComparison.OrdinalIgnoreCase);

    private bool InRange(string? text)
    {
        if (range is not { } wantedRange || !IPAddress.TryParse(text, out var address))
            return false;
        var actual = Plain(address).GetAddressBytes();
        if (actual.Length != wantedRange.Prefix.Length)
            return false;
        var (whole, rest) = Math.DivRem(wantedRange.Bits, 8);
        return actual.AsSpan(0, whole).SequenceEqual(wantedRange.Prefix.AsSpan(0, whole)) &&
            (rest == 0 || (actual[whole] ^ wantedRange.Prefix[whole]) >> (8 - rest) == 0);
    }

    private static IPAddress Plain(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 && address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
