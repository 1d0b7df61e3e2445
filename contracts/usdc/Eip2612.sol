// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {Ledger} from "./Ledger.sol";
import {TypedData} from "./TypedData.sol";

/// EIP-2612: an allowance by signature. Nonces of one owner are used in order.
abstract contract Eip2612 is Ledger, TypedData {
    bytes32 public constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    mapping(address => uint256) public nonces;

    function _permit(address owner, address spender, uint256 value, uint256 deadline, bytes memory signature)
        internal
    {
        require(deadline >= block.timestamp, "FiatTokenV2: permit is expired");
        bytes32 structHash =
            keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, nonces[owner]++, deadline));
        require(_isSignedBy(owner, structHash, signature), "EIP2612: invalid signature");
        _approve(owner, spender, value);
    }
}
