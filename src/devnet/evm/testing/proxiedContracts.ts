// Solidity that only a test of the deployment needs.

/**
 * V2 as Circle builds it, no more than a deployment touches: a proxy with Circle's constructor, which links to a library
 * as Circle's V1 does, and contracts that can be initialised behind it only.
 */
export const PROXIED_SOURCE = `
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

library Slots {
    function implementation() external pure returns (bytes32) {
        return bytes32(uint256(keccak256("eip1967.proxy.implementation")) - 1);
    }
}

contract AdminUpgradableProxy {
    constructor(address logic, address admin, bytes memory data) payable {
        require(admin != msg.sender && data.length == 0, "not as planned");
        bytes32 slot = Slots.implementation();
        assembly { sstore(slot, logic) }
    }

    fallback() external {
        bytes32 slot = Slots.implementation();
        assembly {
            calldatacopy(0, 0, calldatasize())
            let ok := delegatecall(gas(), sload(slot), 0, calldatasize(), 0, 0)
            returndatacopy(0, 0, returndatasize())
            if iszero(ok) { revert(0, returndatasize()) }
            return(0, returndatasize())
        }
    }
}

abstract contract BehindProxy {
    bool private _isInitialized;

    constructor() {
        _isInitialized = true;
    }

    modifier once() {
        require(!_isInitialized, "Initializable: invalid initialization");
        _isInitialized = true;
        _;
    }
}

contract MessageTransmitterV2 is BehindProxy {
    uint32 public immutable localDomain;
    uint32 public immutable version;
    uint256 public signatureThreshold;
    uint256 public getNumEnabledAttesters;
    mapping(address => bool) public isEnabledAttester;

    constructor(uint32 domain, uint32 messageVersion) {
        localDomain = domain;
        version = messageVersion;
    }

    function initialize(address, address, address, address, address[] calldata attesters, uint256 threshold, uint256)
        external
        once
    {
        for (uint256 i = 0; i < attesters.length; i++) isEnabledAttester[attesters[i]] = true;
        getNumEnabledAttesters = attesters.length;
        signatureThreshold = threshold;
    }
}

contract TokenMessengerV2 is BehindProxy {
    struct Roles { address owner; address rescuer; address feeRecipient; address denylister; address minter; address fees; }

    address private _owner;
    mapping(uint32 => bytes32) public remoteTokenMessengers;

    constructor(address transmitter, uint32) {
        require(transmitter.code.length > 0, "no transmitter");
    }

    function initialize(Roles calldata roles, uint256, uint32[] calldata, bytes32[] calldata) external once {
        _owner = roles.owner;
    }

    function addRemoteTokenMessenger(uint32 domain, bytes32 messenger) external {
        require(msg.sender == _owner, "not the owner");
        remoteTokenMessengers[domain] = messenger;
    }
}`;
