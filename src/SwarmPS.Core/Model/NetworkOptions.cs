namespace SwarmPS.Model;

/// <summary>The names and limits of what can be said of a network of the swarm, as Docker has them.</summary>
public static class NetworkOptions
{
    /// <summary>The driver of all networks of the swarm.</summary>
    public const string Driver = "overlay";

    /// <summary>What gives addresses.</summary>
    public const string IpamDriver = "default";

    /// <summary>The option with the size of packets in bytes.</summary>
    public const string Mtu = "com.docker.network.driver.mtu";

    /// <summary>The size of packets where nothing is said: what an Ethernet packet holds, less what VXLAN needs of it.</summary>
    public const int MtuDefault = 1450;

    /// <summary>The size of packets of encrypted networks where nothing is said: one fits into a sealed datagram with its headers.</summary>
    public const int EncryptedMtuDefault = 1400;

    /// <summary>The smallest size of packets that IPv4 allows.</summary>
    public const uint MtuMin = 68;

    /// <summary>The largest size of packets that VXLAN leaves room for.</summary>
    public const uint MtuMax = 65_485;

    /// <summary>The option with the network's VXLAN id.</summary>
    public const string Vni = "com.docker.network.driver.overlay.vxlanid_list";

    /// <summary>The VXLAN id of the first network; 4096 is that of the routing mesh's, as in Docker.</summary>
    public const uint VniFirst = 4097;

    /// <summary>The highest VXLAN id: they have 24 bits.</summary>
    public const uint VniMax = (1 << 24) - 1;

    /// <summary>The option that asks for encryption.</summary>
    public const string Encrypted = "encrypted";
}
