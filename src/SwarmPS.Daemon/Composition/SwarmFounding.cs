using System.Net;
using System.Security.Cryptography;
using System.Text;
using SwarmPS.Api;
using SwarmPS.Daemon.Persistence;
using SwarmPS.Daemon.Security;
using SwarmPS.Model;
using SwarmPS.Notation;
using SwarmPS.Store;

namespace SwarmPS.Daemon.Composition;

/// <summary>What a new swarm is made of: its authority, its first manager's identity, and the first objects of its store.</summary>
internal sealed record SwarmFounding
{
    private const int IdBytes = 16;

    private readonly SwarmInitRequest request;
    private readonly string rootPem;
    private readonly SecretText rootKey;
    private readonly TlsInfo trust;

    private SwarmFounding(SwarmInitRequest request, NodeFile node, RootCa root)
    {
        this.request = request;
        (rootPem, rootKey, trust) = (root.CertificatePem, new(root.ExportKeyPem()), root.ToTlsInfo());
        Node = node;
    }

    /// <summary>Who the first manager is.</summary>
    public NodeFile Node { get; }

    /// <summary>
    /// Makes the authority, the manager's certificate and the keyring, and writes them; the node file is for the caller to write once
    /// the swarm works. Throws <see cref="SwarmException"/> where an address or the spec is wrong.
    /// </summary>
    public static SwarmFounding Create(SwarmInitRequest request, SwarmDirectory directory, TimeProvider clock)
    {
        var listen = HostAddresses.Parse(request.ListenAddr, IPAddress.Any, HostAddresses.DefaultPort);
        HostAddresses.RequireLocal(listen.Address, "listen");
        var advertise = Advertise(request.AdvertiseAddr, listen);
        var node = new NodeFile
        {
            NodeId = NewId(),
            SwarmId = NewId(),
            ListenAddr = listen.ToString(),
            AdvertiseAddr = advertise.ToString(),
            DataPathAddr = request.DataPathAddr is { Length: > 0 } path ? HostAddresses.Parse(path, IPAddress.Any, HostAddresses.DefaultPort).Address.ToString() : null,
        };
        directory.Create();
        using var root = RootCa.Create(clock);
        var validity = SwarmDefaults.Fill(request.Spec).CAConfig!.NodeCertExpiry!.Value;
        var (identity, files) = NodeIdentity.Create(root, new(node.NodeId, NodeRole.Manager, node.SwarmId), validity, clock);
        identity.Dispose();
        files.Write(directory.Certificates, (file, text) => DurableFile.Write(file, Encoding.ASCII.GetBytes(text)));
        Keyring.Create(directory.KeyringFile, KeyEncryptionKey.FromFile(directory.KeyringKeyFile));
        return new(request, node, root);
    }

    /// <summary>A new object's id.</summary>
    public static string NewId() => ObjectIds.Format(RandomNumberGenerator.GetBytes(IdBytes));

    /// <summary>Puts the swarm and its first node into the store.</summary>
    public void Found(StoreTransaction store)
    {
        store.Put(new SwarmObject
        {
            Id = Node.SwarmId,
            Spec = SwarmDefaults.Fill(request.Spec),
            TLSInfo = trust,
            DefaultAddrPool = request.DefaultAddrPool is { Count: > 0 } pools ? pools : SwarmDefaults.AddressPool,
            SubnetSize = request.SubnetSize == 0 ? SwarmDefaults.SubnetSize : request.SubnetSize,
            DataPathPort = request.DataPathPort == 0 ? SwarmDefaults.DataPathPort : request.DataPathPort,
            JoinTokens = new(JoinToken.Create(rootPem), JoinToken.Create(rootPem)),
            RootKey = rootKey,
        });
        store.Put(new Node
        {
            Id = Node.NodeId,
            Spec = new() { Labels = ValueMap<string>.Empty, Role = NodeRole.Manager, Availability = request.Availability ?? NodeAvailability.Active },
            ManagerStatus = new() { Leader = true, Reachability = Reachability.Reachable, Addr = Node.AdvertiseAddr },
        });
    }

    private static IPEndPoint Advertise(string? asked, IPEndPoint listen) => HostAddresses.NamedAdvertise(asked, listen)
        ?? new(listen.Address.Equals(IPAddress.Any) ? HostAddresses.Advertised(HostAddresses.Local()) : listen.Address, listen.Port);
}
