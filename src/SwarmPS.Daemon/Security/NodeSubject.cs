using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;
using SwarmPS.Model;

namespace SwarmPS.Daemon.Security;

/// <summary>Whom a node's certificate names: the node (CN), its role (OU) and its swarm (O).</summary>
/// <param name="NodeId">The node.</param>
/// <param name="Role">What it may do.</param>
/// <param name="SwarmId">The swarm it belongs to.</param>
public sealed record NodeSubject(string NodeId, NodeRole Role, string SwarmId)
{
    /// <summary>The unit of a manager's certificate.</summary>
    public const string ManagerUnit = "swarm-manager";

    /// <summary>The unit of a worker's certificate.</summary>
    public const string WorkerUnit = "swarm-worker";

    private const string CommonName = "2.5.4.3";
    private const string Organization = "2.5.4.10";
    private const string OrganizationalUnit = "2.5.4.11";

    /// <summary>The name as a certificate holds it, in the order that swarmkit writes; the builder takes it from the end.</summary>
    public X500DistinguishedName ToName()
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(NodeId);
        name.AddOrganizationalUnitName(Role == NodeRole.Manager ? ManagerUnit : WorkerUnit);
        name.AddOrganizationName(SwarmId);
        return name.Build();
    }

    /// <summary>Reads a certificate's subject; false unless it names one node, one role and one swarm.</summary>
    public static bool TryRead(X509Certificate2 certificate, [NotNullWhen(true)] out NodeSubject? subject)
    {
        subject = null;
        Dictionary<string, string> parts = [];
        foreach (var part in certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false))
        {
            if (part.HasMultipleElements || part.GetSingleElementType().Value is not { } type || part.GetSingleElementValue() is not { } value || !parts.TryAdd(type, value))
                return false;
        }
        if (!parts.TryGetValue(CommonName, out var node) || !parts.TryGetValue(Organization, out var swarm) || !parts.TryGetValue(OrganizationalUnit, out var unit))
            return false;
        NodeRole? role = unit switch { ManagerUnit => NodeRole.Manager, WorkerUnit => NodeRole.Worker, _ => null };
        subject = role is { } known ? new(node, known, swarm) : null;
        return subject is not null;
    }
}
