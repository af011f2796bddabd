using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace SwarmPS.Daemon.Networking.Tunnel;

/// <summary>
/// A network device whose other end is this process (Linux, CAP_NET_ADMIN). Frames come with the kernel's own header of
/// <see cref="HeaderSize"/> bytes, and as long ones as it likes to hand over at once (TCP segments not yet cut).
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class TapDevice : IDisposable
{
    /// <summary>Bytes before each frame that say how it is to be cut and summed.</summary>
    public const int HeaderSize = 10;

    /// <summary>Bytes of the longest frame with its header.</summary>
    public const int FrameMax = HeaderSize + 14 + 4 + 65536;

    private const int ReadWrite = 2, NonBlocking = 0x800, CloseOnExec = 0x80000;
    private const ulong SetInterface = 0x400454ca, SetOffload = 0x400454d0;
    private const short Tap = 0x0002, NoPacketInfo = 0x1000, KernelHeader = 0x4000;
    private const ulong Checksums = 1, CutTcp4 = 2, CutTcp6 = 4;
    private const int Again = 11, Interrupted = 4, Gone = 77;
    private const short Readable = 1;

    private readonly SafeFileHandle device;
    private readonly SafeFileHandle wake;

    private TapDevice(string name, SafeFileHandle device, SafeFileHandle wake) => (Name, this.device, this.wake) = (name, device, wake);

    /// <summary>The device's name. It goes when this object is disposed.</summary>
    public string Name { get; }

    /// <summary>Makes the device, in the network namespace of this process. Throws <see cref="IOException"/> with the reason.</summary>
    public static TapDevice Create(string name)
    {
        var device = Open("/dev/net/tun", ReadWrite | NonBlocking | CloseOnExec);
        if (device.IsInvalid)
            throw Failed("/dev/net/tun cannot be opened (the kernel's module tun, and CAP_NET_ADMIN, are needed)");
        var request = new byte[40];
        Encoding.ASCII.GetBytes(name).CopyTo(request.AsSpan(0, 15));
        BinaryPrimitives.WriteInt16LittleEndian(request.AsSpan(16), Tap | NoPacketInfo | KernelHeader);
        if (Control(device, SetInterface, request) != 0)
        {
            var fault = Failed($"the device {name} cannot be made");
            device.Dispose();
            throw fault;
        }
        // A kernel without this hands over every frame cut to the device's MTU: slower, and right.
        _ = Control(device, SetOffload, (nint)(Checksums | CutTcp4 | CutTcp6));
        return new(name, device, Event(0, CloseOnExec | NonBlocking));
    }

    /// <summary>Waits for a frame and gives its bytes with the header's; 0 once the device is closed or was deleted.</summary>
    public int Read(Span<byte> frame)
    {
        while (true)
        {
            var read = Read(device, ref MemoryMarshal.GetReference(frame), frame.Length);
            if (read > 0)
                return (int)read;
            if (read < 0 && Marshal.GetLastPInvokeError() is var error and not (Again or Interrupted or Gone))
                throw new IOException($"{Name} cannot be read: {Marshal.GetPInvokeErrorMessage(error)}.");
            if (Marshal.GetLastPInvokeError() == Gone || !WaitForFrame())
                return 0;
        }
    }

    /// <summary>Hands a frame with its header to the kernel. False where it takes none, as while the device is down, or the device is closed.</summary>
    public bool Write(ReadOnlySpan<byte> frame)
    {
        try
        {
            return Write(device, ref MemoryMarshal.GetReference(frame), frame.Length) == frame.Length;
        }
        catch (ObjectDisposedException)
        {
            // Another thread may take the network away while a frame for it arrives.
            return false;
        }
    }

    /// <summary>Lets a waiting reader go. The device goes with <see cref="Dispose"/>.</summary>
    public void Close()
    {
        ReadOnlySpan<byte> one = [1, 0, 0, 0, 0, 0, 0, 0];
        _ = Write(wake, ref MemoryMarshal.GetReference(one), one.Length);
    }

    public void Dispose()
    {
        device.Dispose();
        wake.Dispose();
    }

    private bool WaitForFrame()
    {
        Span<PollEntry> entries = [new(device, Readable), new(wake, Readable)];
        while (Poll(ref MemoryMarshal.GetReference(entries), 2, -1) < 0)
        {
            if (Marshal.GetLastPInvokeError() is var error and not Interrupted)
                throw new IOException($"{Name} cannot be waited for: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
        return entries[1].Returned == 0;
    }

    private static IOException Failed(string what) => new($"{what}: {Marshal.GetLastPInvokeErrorMessage()}.");

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry(SafeFileHandle file, short wanted)
    {
        public int File = (int)file.DangerousGetHandle();
        public short Wanted = wanted;
        public short Returned;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern SafeFileHandle Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(SafeFileHandle file, ulong request, byte[] argument);

    [DllImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static extern int Control(SafeFileHandle file, ulong request, nint argument);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    private static extern nint Read(SafeFileHandle file, ref byte buffer, nint length);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    private static extern nint Write(SafeFileHandle file, ref readonly byte buffer, nint length);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static extern int Poll(ref PollEntry entries, nuint count, int timeout);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static extern SafeFileHandle Event(uint value, int flags);
}
