// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

/// A contract that owns things: it agrees to one digest (ERC-1271), and calls whom it is told to.
contract Wallet {
    bytes32 private immutable _agreed;

    constructor(bytes32 agreed) {
        _agreed = agreed;
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        return digest == _agreed ? this.isValidSignature.selector : bytes4(0);
    }

    /// Passes on what the call answered, or why it failed.
    function execute(address target, bytes calldata data) external {
        (bool done, bytes memory answer) = target.call(data);
        assembly ("memory-safe") {
            switch done
            case 0 { revert(add(answer, 32), mload(answer)) }
            default { return(add(answer, 32), mload(answer)) }
        }
    }
}
